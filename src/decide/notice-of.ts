import type { Announcement } from "./leash.ts";
import type { PolicyMode, Rule } from "./policy.ts";

/** The notice that this rule gave of this very act in this mode; `undefined` where it gave none. */
export function noticeOf(
  { name, action }: Pick<Rule, "name" | "action">,
  mode: PolicyMode,
  announcements: readonly Announcement[],
): Announcement | undefined {
  return announcements.find((one) => one.rule === name && one.mode === mode && one.action === action);
}
