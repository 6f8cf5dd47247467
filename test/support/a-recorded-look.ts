import { attributionsOf } from "../../src/classify/attribution/remember.ts";
import { candidateAges } from "../../src/classify/candidate-ages.ts";
import type { Look } from "../../src/classify/look.ts";
import { lookLine } from "../../src/record/look-line.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aSnapshot, lookOf } from "./a-snapshot.ts";
import { judging, rules } from "./thresholds.ts";

/** A look as a line, as the first one of a process puts it on record. */
export function aLookLine(recorded: RecordedLook = aRecordedLook()): string {
  return lookLine(recorded, attributionsOf(recorded.look.snapshot.candidates, new Map(), []));
}

/** A look at the server `main`, ten seconds after another one that vouches for it. */
export function aRecordedLook(
  look: Look = lookOf(aSnapshot()),
  overrides: Partial<RecordedLook> = {},
): RecordedLook {
  const { usableSlots, ownSession, gapSeconds } = judging;
  return {
    server: "main",
    look,
    asked: { ages: candidateAges(rules, false), groupsByClient: false },
    usableSlots,
    ownSession,
    ownRole: "pgleash",
    gapSeconds,
    sinceLastLookSeconds: 10,
    isOutOfTurn: false,
    isPooled: false,
    canSignal: true,
    ...overrides,
  };
}
