import type { LeakKind } from "../classify/kind.ts";
import { displayWidth } from "../expose/display-width.ts";

/** How far the demo has come. */
export type Progress = {
  readonly seconds: number;
  /** One text for each server that could be looked at. */
  readonly slots: readonly string[];
  /** What is expected to be found. */
  readonly kinds: readonly LeakKind[];
  /** What was found, after how many seconds. */
  readonly found: ReadonlyMap<LeakKind, number>;
};

/** The line below the table. Where `width` columns do not hold the names of what is to come, it says how many they are. */
export function statusLine({ seconds, slots, kinds, found }: Progress, width: number): string {
  const lines = foundTexts(kinds, found).map((text) => `${seconds}s: ${[...slots, text].join("; ")}`);
  return lines.find((line) => displayWidth(line) <= width) ?? lines.at(-1) ?? "";
}

/** The same in more and in fewer words. */
function foundTexts(kinds: readonly LeakKind[], found: Progress["found"]): readonly string[] {
  const missing = kinds.filter((kind) => !found.has(kind));
  if (missing.length === 0)
    return [`all ${kinds.length} kinds found after ${Math.max(...found.values())}s. Ctrl-C to stop.`];
  const text = `${kinds.length - missing.length} of ${kinds.length} kinds found`;
  return [`${text}; still to come: ${missing.join(", ")}`, `${text}, ${missing.length} to come`];
}
