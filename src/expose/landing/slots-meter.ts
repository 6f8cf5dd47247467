import { html, nothing, type Html } from "./html.ts";

/** How full it is, drawn by the browser; the figures always stand beside it. */
export function slotsMeter({ used, limit }: { readonly used: number; readonly limit: number }): Html {
  if (limit <= 0) return nothing;
  const [low, high] = [0.8, 0.95].map((share) => Math.floor(limit * share));
  return html`<meter
    aria-hidden="true"
    max="${limit}"
    low="${low ?? limit}"
    high="${high ?? limit}"
    optimum="0"
    value="${used}"
  ></meter>`;
}
