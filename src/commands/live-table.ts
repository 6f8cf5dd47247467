import type { LeakKind } from "../classify/kind.ts";
import type { Daemon } from "../daemon.ts";
import { rankedSuspects } from "../expose/suspect-columns.ts";
import { suspectTable } from "../expose/suspect-table.ts";
import type { Runtime } from "./runtime.ts";

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
    const suspects = rankedSuspects(daemon.view().servers);
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    for (const { suspect } of suspects) if (!found.has(suspect.kind)) found.set(suspect.kind, seconds);
    const verdicts = suspects
      .map(({ suspect }) => `${suspect.backend.id.pid}${suspect.kind}${suspect.severity}`)
      .join();
    const lines = [...suspectTable(suspects), `${seconds}s: ${summary(kinds, found)}`];
    const terminal = runtime.terminal();
    if (terminal !== undefined) {
      const { columns, rows } = terminal;
      // What the screen does not hold cannot be drawn over: the summary stays, and the table is cut above it.
      const visible = [...lines.slice(0, -1).slice(0, Math.max(0, rows - 2)), ...lines.slice(-1)];
      const drawing = visible.map((line) => `${line.slice(0, columns - 1)}\n`).join("");
      runtime.write(`${drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ""}${drawing}`);
      drawn = visible.length;
    } else if (verdicts !== printed) {
      runtime.write(`${lines.join("\n")}\n\n`);
      printed = verdicts;
    }
  }

  const timer = setInterval(draw, REDRAW_MS);
  await stopped;
  clearInterval(timer);
}

function summary(kinds: readonly LeakKind[], found: ReadonlyMap<LeakKind, number>): string {
  const missing = kinds.filter((kind) => !found.has(kind));
  if (missing.length === 0)
    return `all ${kinds.length} kinds found after ${Math.max(...found.values())}s. Ctrl-C to stop.`;
  return `${kinds.length - missing.length} of ${kinds.length} kinds found; still to come: ${missing.join(", ")}`;
}
