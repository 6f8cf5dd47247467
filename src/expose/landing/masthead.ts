import { formatAge } from "../../readable-time.ts";
import { timeText } from "../../time-text.ts";
import type { View } from "../view.ts";
import { concernsOf, levelOfAll, suspectCount, type Level } from "./condition.ts";
import { bounded, html, nothing, type Html } from "./html.ts";

const levelTexts: Readonly<Record<Level, string>> = {
  calm: "Calm",
  unknown: "Starting",
  warning: "Attention",
  incident: "Incident",
};

/** How things stand, in as few words as the tab of a browser has room for. */
export function headline(view: View): string {
  const { servers } = view;
  if (servers.length === 0) return "no server is configured";
  const [worst] = concernsOf(servers);
  const calm = servers.some(({ report }) => report === null)
    ? "not every server was looked at yet"
    : "no suspects";
  return suspectCount(servers) ?? worst ?? calm;
}

/** The top of the page, from which one glance tells a calm day from an incident. */
export function masthead(view: View): Html {
  const { version, startedSeconds, nowSeconds, servers } = view;
  const level = levelOfAll(view);
  const first = headline(view);
  // The headline counts the suspects of a single server already.
  const others = concernsOf(servers).filter((concern) => concern !== first && concern !== "suspects");
  return html`<header class="${level}">
      <p class="brand">
        <b>pgleash</b> ${bounded(version)}
        <span
          >up for ${formatAge(Math.max(0, nowSeconds - startedSeconds))}, since
          ${timeText(startedSeconds)}</span
        >
      </p>
      <h1><span class="level">${levelTexts[level]}</span> ${first}</h1>
      ${
        others.length === 0
          ? nothing
          : html`<ul>
              ${others.map((concern) => html`<li>${concern}</li>`)}
            </ul>`
      }
    </header>
    ${noticesOf(view).map((notice) => html`<p class="notice">${notice}</p>`)}`;
}

/** What is wrong with the configuration. Whoever changed a file believes that it holds. */
function noticesOf({ reload, serversFile }: View): readonly string[] {
  const refused = serversFile?.refusedTargets ?? 0;
  return [
    ...(reload.successful
      ? []
      : ["The configuration could not be reloaded: the last good one holds. The log says what is wrong."]),
    ...(serversFile?.isSuccessful === false
      ? [
          `A file that names servers could not be read${serversFile.lastSuccessSeconds === null ? "" : ": what it said before holds"}. The log says what is wrong.`,
        ]
      : []),
    ...(refused > 0
      ? [
          `The files that name servers name ${refused} that ${refused === 1 ? "is" : "are"} left out. The log says why.`,
        ]
      : []),
  ];
}
