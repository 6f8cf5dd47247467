import { breather } from "./breather.ts";
import { createByteSink, type ByteSink } from "./byte-sink.ts";
import { expositionContentType, headerText, histogramText, labelsText, sampleText } from "./exposition.ts";
import type { About, Family, Filled } from "./family.ts";
import { metrics } from "./metrics.ts";
import type { View } from "./view.ts";

/** Content-Type of the page. */
export const pageContentType = expositionContentType;

/** Who writes down the metrics of our own process: each of them, and a line feed. */
export type OwnProcess = { metrics(): Promise<string> };

/**
 * The bytes of `/metrics` (exposition format 0.0.4). The values live in the view: no series outlives what it stood for. Hundreds
 * of servers make a page of megabytes, so looks and other requests get their turn in between.
 */
export async function renderPage(view: View, ownProcess: OwnProcess): Promise<Buffer> {
  const page = createByteSink();
  await writeFamilies(metrics, view, page);
  // prom-client writes "Nan", which only a reader that ignores case takes for a number.
  page.write((await ownProcess.metrics()).replaceAll(/ Nan$/gm, " NaN"));
  return page.bytes();
}

/** Writes what these metrics say of the view, with an empty line between two of them. */
export async function writeFamilies(
  families: readonly Family[],
  view: View,
  page: Pick<ByteSink, "write">,
): Promise<void> {
  const servers = view.servers.map((server) => ({ server, label: labelsText({ server: server.server }) }));
  const breathe = breather();
  for (const [index, family] of families.entries()) {
    page.write(index === 0 ? headerText(family) : `\n${headerText(family)}`);
    if (family.of === "process") page.write(lines(family, view, ""));
    else
      for (const labelled of servers) {
        const turn = breathe();
        if (turn !== undefined) await turn;
        page.write(lines(family, labelled.server, labelled.label));
      }
  }
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
