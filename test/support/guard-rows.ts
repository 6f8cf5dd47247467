import { expect, test } from "vitest";

import type { Case } from "../../src/decide/guard.ts";
import { guards } from "../../src/decide/guards/index.ts";
import type { Rule } from "../../src/decide/policy.ts";
import type { SpareReason } from "../../src/decide/reason.ts";
import type { Permits } from "../../src/decide/situation.ts";
import { aCase, aLeaked, aRule, aSituation } from "./a-case.ts";

/** What a guard lets pass and what it spares, and the item of the safety list that it stands for. */
export type GuardRow = {
  readonly item: string;
  readonly reason: SpareReason;
  readonly passes: readonly Case[];
  readonly spares: readonly Case[];
};

/** A test for each row. The guard is asked alone, whatever others would say. */
export function testGuards(rows: readonly GuardRow[]): void {
  test.for(rows)("$item: $reason passes some and spares others", ({ reason, passes, spares }) => {
    const why = guards.find((guard) => guard.reason === reason)?.why;
    expect(passes.map((one) => why?.(one))).toEqual(passes.map(() => null));
    expect(spares.map((one) => why?.(one))).toEqual(spares.map(() => expect.any(String)));
  });
}

/** A leaked session that differs in this, under a rule that does. */
export function leaked(overrides: Parameters<typeof aLeaked>[1], rule: Partial<Rule> = {}): Case {
  return aCase(aLeaked(4242, overrides), { rule: aRule(rule) });
}

/** A look that differs in this, and a rule that does. */
export function situated(overrides: Parameters<typeof aSituation>[1], rule: Partial<Rule> = {}): Case {
  return aCase(aLeaked(), { situation: aSituation([aLeaked()], overrides), rule: aRule(rule) });
}

/** Permits that differ in this. */
export function permits(overrides: Partial<Permits>): Case {
  return situated({ permits: overrides });
}
