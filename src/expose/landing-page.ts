import { timeText } from "../time-text.ts";
import { factList } from "./landing/facts.ts";
import { html, nothing, type Html } from "./landing/html.ts";
import { leashSection } from "./landing/leash.ts";
import { docsUrl } from "./landing/links.ts";
import { headline, masthead } from "./landing/masthead.ts";
import { poolsSection } from "./landing/pools.ts";
import { serversSection } from "./landing/servers.ts";
import { landingStyle } from "./landing/style.ts";
import { suspectsSection } from "./landing/suspects.ts";
import type { View } from "./view.ts";

/** What the page links to: the metrics, wherever they are, and the API, unless it is turned off. */
export type LandingLinks = { readonly metricsPath: string; readonly hasApi: boolean };

/** Whether what is calm is shown in full. The page loads itself anew, and what is unfolded by hand is then folded again. */
export type LandingOptions = LandingLinks & { readonly isUnfolded?: boolean };

/** How often the page loads itself anew. */
const REFRESH_SECONDS = 10;

/**
 * The page at `/`: how things stand, who is suspected and what is done about it, and how each server is. It has no
 * script, and loads nothing: a policy may allow its style by `landingStyleHash`, its empty icon by `data:`, and nothing else.
 */
export function landingPage(view: View, options: LandingOptions): string {
  const { servers, nowSeconds } = view;
  const { isUnfolded = false } = options;
  const body = html`${masthead(view)} ${linkList(options)}
    <main>
      ${factList(view)}
      <section>${suspectsSection(servers, options)}</section>
      <section>${poolsSection(servers)}</section>
      <section>${leashSection(view, isUnfolded)}</section>
      <section>${serversSection(servers, isUnfolded)}</section>
    </main>
    <footer>
      <p>As of ${timeText(nowSeconds)}. The page loads itself anew every ${REFRESH_SECONDS} seconds.</p>
    </footer>`;
  const title = html`${headline(view)} · pgleash`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${title.markup}</title><style>${landingStyle}</style></head>
<body>
${body.markup}
</body></html>
`;
}

function linkList({ metricsPath, hasApi }: LandingLinks): Html {
  const api = hasApi ? html`<li><a href="/api/v1/suspects">Suspects as JSON</a></li>` : nothing;
  return html`<nav aria-label="Links">
    <ul>
      <li><a href="${metricsPath}">Metrics</a></li>
      ${api}
      <li><a href="/-/ready">Ready?</a></li>
      <li><a href="${docsUrl("README.md")}">Documentation</a></li>
      <li><a href="${docsUrl("alerts/runbooks/README.md")}">Runbooks</a></li>
    </ul>
  </nav>`;
}
