import { expositionContentType, headerText, histogramText, labelsText, sampleText } from "./exposition.ts";
import type { About, Family, Filled } from "./family.ts";
import { metrics } from "./metrics.ts";
import type { ServerView, View } from "./view.ts";

/** Content-Type of the page. */
export const pageContentType = expositionContentType;

/** Who writes down the metrics of our own process: each of them, and a line feed. */
export type OwnProcess = { metrics(): Promise<string> };

type Labelled = { readonly server: ServerView; readonly label: string };

/**
 * The text of `/metrics` (exposition format 0.0.4). The values live in the view: no series outlives what it stood for. Hundreds
 * of servers make a page of megabytes, so looks and other requests get their turn in between.
 */
export async function renderPage(view: View, ownProcess: OwnProcess): Promise<string> {
  const families = await familiesText(metrics, view);
  // prom-client writes "Nan", which only a reader that ignores case takes for a number.
  const own = (await ownProcess.metrics()).replaceAll(/ Nan$/gm, " NaN");
  return `${families}${own}`;
}

/** What these metrics say of the view. */
export async function familiesText(families: readonly Family[], view: View): Promise<string> {
  const servers = view.servers.map((server) => ({ server, label: labelsText({ server: server.server }) }));
  const breathe = breather();
  const texts: string[] = [];
  for (const family of families) texts.push(await render(family, { view, servers }, breathe));
  return texts.join("\n");
}

async function render(
  family: Family,
  { view, servers }: { readonly view: View; readonly servers: readonly Labelled[] },
  breathe: () => Promise<void> | undefined,
): Promise<string> {
  if (family.of === "process") return headerText(family) + lines(family, view, "");
  let text = headerText(family);
  for (const { server, label } of servers) {
    const turn = breathe();
    if (turn !== undefined) await turn;
    text += lines(family, server, label);
  }
  return text;
}

/** The lines of all samples, with these labels before their own. */
function lines<Subject>(family: About & Filled<Subject>, subject: Subject, before: string): string {
  const { name } = family;
  const written =
    family.type === "histogram"
      ? family
          .samples(subject)
          .map(({ labels, histogram }) => histogramText(name, labelsText(labels, before), histogram))
      : family
          .samples(subject)
          .map(({ labels, value }) => sampleText(name, labelsText(labels, before), value));
  return written.join("");
}

/** So long may nothing else go on. */
const LONGEST_STRETCH_MS = 5;

/** Lets others have their turn whenever that is due; nothing to wait for while it is not. */
function breather(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < LONGEST_STRETCH_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        sinceMs = performance.now();
        resolve();
      });
    });
  };
}
