import type { LeakKind } from "../classify/kind.ts";
import type { Episode } from "../classify/episode.ts";
import type { Daemon } from "../daemon.ts";
import { outlook } from "../expose/outlook.ts";
import { rankedSuspects } from "../expose/suspect-columns.ts";
import { suspectTable } from "../expose/suspect-table.ts";
import type { ServerView } from "../expose/view.ts";
import { printable } from "../printable.ts";
import { fitScreen, textWidth } from "./fit-screen.ts";
import type { Runtime } from "./runtime.ts";
import { statusLine } from "./status-line.ts";

const REDRAW_MS = 500;

type Live = {
  /** What is expected to be found. */
  readonly kinds: readonly LeakKind[];
  readonly stopped: Promise<void>;
};

/** Shows the suspects until stopped: redrawn in place on a terminal, printed again when they change elsewhere. */
export async function showLive(runtime: Runtime, daemon: Daemon, { kinds, stopped }: Live): Promise<void> {
  const startedMs = performance.now();
  const found = new Map<LeakKind, number>();
  let drawn = 0;
  let printed = "";

  function draw(): void {
    const { servers } = daemon.view();
    const suspects = rankedSuspects(servers);
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    for (const { suspect } of suspects) if (!found.has(suspect.kind)) found.set(suspect.kind, seconds);
    const terminal = runtime.terminal();
    const sentences = outlook(servers).map(printable);
    const width = textWidth(terminal);
    const table = suspectTable(servers, width);
    const last = statusLine({ seconds, slots: slotsText(servers), kinds, found }, width);
    const verdicts = [
      ...suspects.map(({ suspect }) => `${identity(suspect)} ${suspect.kind} ${suspect.severity}`),
      sentences.length,
    ].join("\n");
    if (terminal !== undefined) {
      const visible = fitScreen({ table, sentences, last }, terminal);
      const drawing = visible.map((line) => `${line}\n`).join("");
      runtime.write(`${drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ""}${drawing}`);
      drawn = visible.length;
    } else if (verdicts !== printed) {
      runtime.write(`${[...table, ...sentences, last].join("\n")}\n\n`);
      printed = verdicts;
    }
  }

  const timer = setInterval(draw, REDRAW_MS);
  await stopped;
  clearInterval(timer);
}

function identity(suspect: Episode): string {
  if ("backend" in suspect) return String(suspect.backend.id.pid);
  return "prepared" in suspect ? suspect.prepared.gid : suspect.pool.key;
}

/** Nothing while the server cannot be looked at. */
function slotsText(servers: readonly ServerView[]): readonly string[] {
  return servers.flatMap(({ report }) =>
    report === null ? [] : [`${report.slots.used} of ${report.slots.limit} slots used`],
  );
}
