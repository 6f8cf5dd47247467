import type { HarmLevel } from "../../../src/classify/harm.ts";
import type { LeakKind } from "../../../src/classify/kind.ts";

/** Whose sessions a scenario is about. Without an application: all sessions of the role, and what it prepared. */
export type Who = { readonly usename: string; readonly applicationName: string | null };

/** What a leak is to be called, if it is called anything. */
export type Leak = { readonly kind: LeakKind; readonly harm: HarmLevel };

/**
 * What a scenario is in truth, said by whoever wrote its program, before anything was measured.
 *
 * `ambiguous`: the truth is known to us, and the view cannot tell it: an honest session and a leak stand there alike.
 */
export type Label = {
  /** As its program says; a row of its own in every table. */
  readonly scenario: string;
  readonly who: Who;
  /** `null`: nothing leaks. */
  readonly leak: Leak | null;
  /** What its program does, in a sentence. */
  readonly why: string;
  /** Why the view cannot tell; `null` where it can. By major where it is not the same on all. */
  readonly ambiguous: string | null;
  /** The majors on which it is ambiguous; all of them where nothing else is said. */
  readonly ambiguousOn: "all" | readonly string[];
};

/** Whether the view can tell what this is on that major. */
export function isSeparable({ ambiguous, ambiguousOn }: Label, major: string): boolean {
  return ambiguous === null || (ambiguousOn !== "all" && !ambiguousOn.includes(major));
}

type Told = Pick<Label, "scenario" | "who" | "why">;

/** Something leaks, and the view can tell. */
export function leaks(kind: LeakKind, harm: HarmLevel, told: Told): Label {
  return { ...told, leak: { kind, harm }, ambiguous: null, ambiguousOn: "all" };
}

/** Nothing leaks, and the view can tell. */
export function isHonest(told: Told): Label {
  return { ...told, leak: null, ambiguous: null, ambiguousOn: "all" };
}

/** The same, where the view cannot tell. */
export function cannotTell(
  label: Label,
  ambiguous: string,
  ambiguousOn: Label["ambiguousOn"] = "all",
): Label {
  return { ...label, ambiguous, ambiguousOn };
}
