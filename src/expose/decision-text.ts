import { formatAge } from "../readable-time.ts";
import type { SuspectDecision } from "./suspect-decision.ts";

/**
 * A decision as a table shows it: what became of the act, or the reason why the suspect is spared, in the words of the
 * documentation. Who is announced has the time that is left; whom a dry run keeps alive, what would keep it alive as well.
 * No text of a user stands in it.
 */
export function decisionText({
  decision,
  result,
  announcement,
  isEnforcing,
  isRecorded,
  alsoRefused,
  nowSeconds,
}: SuspectDecision): string {
  if (decision.type === "act") return inWords(result?.outcome ?? "failed");
  const { reason } = decision;
  if (reason === "announced" && announcement !== null) {
    const left = formatAge(Math.max(0, announcement.plannedSeconds - nowSeconds));
    return `${isEnforcing ? "ends" : "would end"} in ${left}`;
  }
  if (!isRecorded) return inWords(reason);
  return ["dry run", ...alsoRefused.map((refusal) => inWords(refusal.reason))].join(", ");
}

function inWords(value: string): string {
  return value.replaceAll("_", " ");
}
