import { describe, expect, test } from "vitest";

import { readLookLine } from "../../src/record/look-line.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aBackend } from "../support/a-backend.ts";
import { aLookLine, aRecordedLook } from "../support/a-recorded-look.ts";
import { aLook, aSlotHorizon, aSnapshot, lookOf, lookRefused, lookWith } from "../support/a-snapshot.ts";
import { randomFrom, randomLooks } from "../support/random-looks.ts";
import { withoutFields } from "../support/without-fields.ts";

/** What a look is after it was written and read again. */
function readAgain(look: RecordedLook): RecordedLook {
  const read = readLookLine(aLookLine(look).trimEnd());
  if (read.type !== "look") throw new Error(`the line is ${read.type}`);
  return read.look;
}

describe("E3: a recorded look is one line, and read as it was", () => {
  test("whatever it holds", () => {
    let lines = 0;
    for (let seed = 0; seed < 300; seed += 1)
      for (const look of randomLooks(randomFrom(seed))) {
        const recorded = aRecordedLook(look);
        expect(withoutFields(readAgain(recorded), "statement")).toEqual(withoutFields(recorded, "statement"));
        expect(aLookLine(recorded).indexOf("\n")).toBe(aLookLine(recorded).length - 1);
        lines += 1;
      }
    expect(lines).toBeGreaterThan(1000);
  });

  test.for([
    aRecordedLook(lookWith(aSnapshot(), { slotHorizons: [aSlotHorizon({ xminAge: 7 })] })),
    aRecordedLook(lookWith(aSnapshot(), { connectionLimits: [{ scope: "role", name: "app", limit: 5 }] })),
    aRecordedLook(
      lookWith(aSnapshot(), { sessionEndings: [{ datname: "shop", killed: 1, abandoned: 2, fatal: 3 }] }),
    ),
    aRecordedLook(lookRefused(aSnapshot())),
    aRecordedLook(lookOf(aSnapshot()), { sinceLastLookSeconds: null, isPooled: true, canSignal: false }),
    aRecordedLook(lookOf(aSnapshot()), { isOutOfTurn: true }),
    aRecordedLook(lookOf(aLook(0, aBackend({ applicationName: "a\u001b[2J\u2028\n", statement: null })))),
  ])("such as this one", (recorded) => {
    expect(readAgain(recorded)).toEqual(recorded);
  });

  test("a look of a recording from before quick looks was by plan", () => {
    const line = aLookLine(aRecordedLook()).replace(/"isOutOfTurn":\w+,?/, "");
    expect(line).not.toContain("isOutOfTurn");
    expect(readLookLine(line)).toMatchObject({ type: "look", look: { isOutOfTurn: false } });
  });

  test("a kind that is never looked for is looked for from no age on", () => {
    expect(aRecordedLook().asked.ages.idleSeconds).toBe(Infinity);
    expect(readAgain(aRecordedLook()).asked.ages.idleSeconds).toBe(Infinity);
  });

  test("nothing in it steers a terminal", () => {
    const backend = aBackend({ applicationName: "a\u001b[2J\u009b\u2028\u202e" });
    expect(aLookLine(aRecordedLook(lookOf(aLook(0, backend))))).not.toMatch(/[^ -~\n]/);
  });

  test("no literal of a statement is in it", () => {
    const statement = {
      head: "SELECT 'hunter2' /*route='/a',job='hunter2'*/",
      tail: "hunter2",
      isCut: false,
    };
    const line = aLookLine(aRecordedLook(lookOf(aLook(0, aBackend({ statement })))));
    expect(line.replace("job='hunter2'", "")).not.toContain("hunter2");
  });
});

describe("E22: a line that is no recorded look", () => {
  const line = aLookLine(aRecordedLook());

  function changed(change: object): string {
    return JSON.stringify({ ...JSON.parse(line), ...change });
  }

  test("is unreadable, wherever it was torn", () => {
    for (let length = 0; length < line.length - 1; length += 7)
      expect(readLookLine(line.slice(0, length))).toEqual({ type: "unreadable" });
  });

  test.for(["", "{}", "null", "[1]", '{"v":"1"}', '{"v":0}', '{"v":1}', '{"v":1,"type":"intent"}'])(
    "is unreadable: %s",
    (text) => {
      expect(readLookLine(text)).toEqual({ type: "unreadable" });
    },
  );

  test("is unreadable when a field is missing, or is of another kind", () => {
    expect(readLookLine(changed({})).type).toBe("look");
    expect(readLookLine(changed({ server: undefined })).type).toBe("unreadable");
    expect(readLookLine(changed({ gapSeconds: "30" })).type).toBe("unreadable");
    expect(readLookLine(changed({ look: { gathered: null } })).type).toBe("unreadable");
    expect(readLookLine(line.replace('"takenAtSeconds":1800000000', '"takenAtSeconds":1e300')).type).toBe(
      "unreadable",
    );
  });

  test("is newer when a newer pgleash wrote it, whatever else it holds", () => {
    expect(readLookLine('{"v":2,"look":7}')).toEqual({ type: "newer", version: 2 });
  });
});
