import { html, nothing, type Html } from "./html.ts";

/** So few rows are read at a glance: where there are more, those about which there is nothing to say are folded. */
export const FEW_ROWS = 10;

/** The most rows of a table that have something to say, and the most lines of a folded list. */
export const MOST_ROWS = 100;
const MOST_LINES = 1000;

/** How many rows are left out. */
export function andMore(count: number): Html {
  return count > 0 ? html`<p>And ${count} more.</p>` : nothing;
}

/** A list that is folded under its title, with a link that unfolds it for good. */
export function foldedList(title: string, lines: readonly Html[], isUnfolded: boolean): Html {
  if (lines.length === 0) return nothing;
  const [open, address, offer] = isUnfolded
    ? [html` open`, ".", "Fold"]
    : [nothing, "?unfolded", "Keep unfolded"];
  return html`<details ${open}>
      <summary>${title}</summary>
      <ul class="folded">
        ${lines.slice(0, MOST_LINES).map((line) => html`<li>${line}</li>`)}
      </ul>
      ${andMore(lines.length - MOST_LINES)}
    </details>
    <p class="note"><a href="${address}">${offer}</a></p>`;
}
