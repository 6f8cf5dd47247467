import * as fc from "fast-check";
import { expect, test } from "vitest";

import { actRecord } from "../../src/act/act-record.ts";
import { auditLine, readLine, type ReadRecord } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { ledgerRecord } from "../../src/act/ledger-record.ts";
import { orphansIn } from "../../src/act/orphans.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { uncounted } from "../../src/decide/call-off.ts";
import { counted, settled } from "../../src/decide/count.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { outcomes } from "../../src/decide/ledger.ts";
import { aLeaked, anAct, aSituation, NOW } from "../support/a-case.ts";

const server = "main";

/** One act on one of three sessions, and how it ends: maybe with the process. */
const step = fc.record({
  pid: fc.integer({ min: 1, max: 3 }),
  end: fc.constantFrom(...outcomes, "called_off" as const, "crash" as const),
  /** Where the file is rotated. */
  rotated: fc.constantFrom("never" as const, "before" as const, "meanwhile" as const, "at_restart" as const),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type World = {
  readonly leash: Leash;
  readonly file: readonly AuditRecord[];
  readonly reported: readonly string[];
};

function rotate(leash: Leash): readonly AuditRecord[] {
  return [ledgerRecord(server, leash)];
}

function readAgain(file: readonly AuditRecord[]): readonly ReadRecord[] {
  return file.flatMap((record) => {
    const line = readLine(auditLine(record, new Date(0)).trimEnd());
    return line.type === "record" ? [line.record] : [];
  });
}

/** The next process reads what this one left, and reports what was left open. */
function restarted(
  file: readonly AuditRecord[],
  { rotated }: Step,
): Omit<World, "reported"> & {
  readonly orphans: readonly string[];
} {
  const records = readAgain(file);
  const leash = rebuildLeash(records, server);
  const orphans = orphansIn(records);
  const reports = orphans.map((orphan) => ({ type: "orphan", ...orphan }) as const);
  const kept = rotated === "at_restart" ? rotate(leash) : file;
  return { leash, file: [...kept, ...reports], orphans: orphans.map(({ episode }) => episode) };
}

function after({ leash, file, reported }: World, taken: Step, index: number): World {
  const { pid, end, rotated } = taken;
  const act = anAct(aLeaked(pid));
  const episode = keyOfEpisode(act.episode);
  const begun = counted(leash, act, aSituation([act.episode], { nowSeconds: NOW + index / 3 }));
  const entry = begun.ledger.entries.at(-1);
  if (entry === undefined) throw new Error("an act was not counted");
  const about = { id: `${index}`, server, episode };
  const intent = actRecord(entry, { ...about, episode: act.episode, leash: begun });
  const known = end === "called_off" ? uncounted(begun, [act], leash) : begun;
  const soFar = rotated === "before" ? rotate(leash) : file;
  const open = rotated === "meanwhile" ? rotate(known) : [...soFar, intent];
  if (end === "crash") {
    const next = restarted(open, taken);
    return { ...next, reported: [...reported, ...next.orphans] };
  }
  if (end === "called_off") {
    const why = { reason: "paused", why: "paused: release 7" } as const;
    return { leash: known, file: [...open, { type: "called_off", ...about, ...why }], reported };
  }
  const outcome = { type: "outcome", ...about, outcome: end, detail: null, seconds: 1 } as const;
  return { leash: settled(begun, act, end), file: [...open, outcome], reported };
}

test("E21: each act during which a process dies is reported once, wherever the file is rotated, and no other is", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const world = steps.reduce(after, { leash: emptyLeash, file: [], reported: [] });
      const crashed = steps.filter(({ end }) => end === "crash");
      expect(world.reported).toEqual(crashed.map(({ pid }) => keyOfEpisode(aLeaked(pid))));
    }),
    { numRuns: 1000 },
  );
});
