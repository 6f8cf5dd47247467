import { describe, expect, test } from "vitest";

import type { Verdict } from "../../src/classify/classify.ts";
import { emptyMemory, overgrownApplications } from "../../src/classify/memory.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { aDeclaredPool, full, judge, leaked, poolOf, times } from "../support/pool-looks.ts";
import { judging } from "../support/thresholds.ts";

function asked(verdict: Verdict | undefined): readonly string[] {
  return overgrownApplications(verdict?.memory ?? emptyMemory());
}

describe("the applications to ask where their sessions come from", () => {
  test("are known at the look before the first verdict on a leak, and none is while nothing leaks", () => {
    for (const perLook of [0.3, 1, 4]) {
      const verdicts = judge(times(90, (index) => ({ groups: leaked(Math.floor(perLook * index)) })));
      const first = verdicts.findIndex((verdict) => poolOf(verdict) !== undefined);
      expect(first).toBeGreaterThan(1);
      expect(asked(verdicts[first - 1])).toEqual(["web-1"]);
      expect(asked(verdicts[0])).toEqual([]);
    }
  });

  test("are known from the first look that sees a pool above its size", () => {
    const [calm, above] = judge([full(10), full(11)], { ...judging, pools: [aDeclaredPool()] });
    expect(asked(calm)).toEqual([]);
    expect(asked(above)).toEqual(["web-1"]);
  });

  test("are none where sessions only fall asleep, or only become more", () => {
    const evening = times(30, (index) => ({
      groups: [
        aGroup({ state: "active", sessions: 40 - index, quietSessions: 0 }),
        aGroup({ sessions: index, quietSessions: index }),
      ],
    }));
    expect(judge(evening).map(asked)).toEqual(evening.map(() => []));
    const morning = times(30, (index) => ({
      groups: [aGroup({ state: "idle", sessions: 5 + index, quietSessions: Math.min(1 + index, 5) })],
    }));
    expect(judge(morning).map(asked)).toEqual(morning.map(() => []));
  });

  test("are no more than a look can ask, and those of verdicts come first", () => {
    const names = Array.from({ length: 30 }, (_, n) => `rising-${n}`);
    const rising = (count: number): readonly SessionGroup[] =>
      names.flatMap((applicationName) => leaked(count, { applicationName }));
    const looks = times(60, (index) => ({ groups: [...rising(index < 58 ? 1 : 9), ...leaked(index)] }));
    const all = asked(judge(looks).at(-1));
    expect(all).toHaveLength(20);
    expect(all[0]).toBe("web-1");
  });
});
