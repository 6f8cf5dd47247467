import { expect, onTestFinished, test } from "vitest";

import { openAudit, type Audit } from "../../src/act/audit.ts";
import type { PauseWatch } from "../../src/act/pause-file.ts";
import { recordedPauses } from "../../src/act/recorded-pauses.ts";
import type { Pause } from "../../src/decide/situation.ts";
import { aPath, linesOf } from "../support/an-audit.ts";

const release = { reason: "release 7", untilSeconds: 1_800_003_600, by: "ada" };
const longer = { ...release, untilSeconds: 1_800_007_200 };
const byHand = { reason: "by hand", untilSeconds: null, by: null };

/** A watch that reads these, one after the other. */
function reading(...pauses: readonly (Pause | null)[]): PauseWatch {
  const due = [...pauses];
  return { read: () => Promise.resolve(due.shift() ?? null) };
}

async function anAudit(): Promise<{ readonly audit: Audit; readonly path: string }> {
  const path = await aPath();
  const audit = await openAudit(path);
  onTestFinished(() => audit.close());
  return { audit, path };
}

test("E27: a pause is on record when it begins, changes and ends, with who ordered it and until when", async () => {
  const { audit, path } = await anAudit();
  const pauses = [null, release, release, longer, null, null, byHand];
  const watch = recordedPauses(reading(...pauses), () => audit);
  for (const pause of pauses) expect(await watch.read(0)).toEqual(pause);
  expect(await linesOf(path)).toMatchObject([
    { type: "paused", reason: "release 7", until: "2027-01-15T09:00:00.000Z", by: "ada" },
    { type: "paused", reason: "release 7", until: "2027-01-15T10:00:00.000Z", by: "ada" },
    { type: "resumed" },
    { type: "paused", reason: "by hand", until: null, by: null },
  ]);
});

test("two servers that read the same pause at once put it on record once", async () => {
  const { audit, path } = await anAudit();
  const watch = recordedPauses(reading(release, release), () => audit);
  await Promise.all([watch.read(0), watch.read(0)]);
  expect(await linesOf(path)).toHaveLength(1);
});

test("a pause holds where there is no audit, and where it fails", async () => {
  expect(await recordedPauses(reading(release), () => null).read(0)).toEqual(release);
  const { audit } = await anAudit();
  const failing = { ...audit, record: () => Promise.resolve(false) };
  expect(await recordedPauses(reading(release), () => failing).read(0)).toEqual(release);
});
