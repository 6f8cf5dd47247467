import { writeFile } from "node:fs/promises";

import type { Backend } from "../../src/observe/snapshot.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aBackend } from "./a-backend.ts";
import { aLookLine, aRecordedLook } from "./a-recorded-look.ts";
import { aLook, lookOf } from "./a-snapshot.ts";
import { aGroup } from "./a-view.ts";
import { aPath } from "./an-audit.ts";

/** Who forgot a commit, and for how long that is at the first look; how often looks show it, all of them by default. */
export type Forgotten = {
  readonly pid: number;
  readonly seconds: number;
  readonly looks?: number;
  readonly backend?: Partial<Backend>;
};

/** Looks ten seconds apart, from 2027-01-15T08:00:00Z on, of a new process at a server with fifty sessions. */
export function looksAt(
  sessions: readonly Forgotten[],
  { looks = 6, ...overrides }: Partial<RecordedLook> & { readonly looks?: number } = {},
): readonly RecordedLook[] {
  return Array.from({ length: looks }, (_none, index) => {
    const seconds = 10 * index;
    const seen = sessions.filter((session) => index < (session.looks ?? looks));
    const snapshot = aLook(seconds, ...seen.map((session) => backendOf(session, seconds)));
    const look = lookOf({ ...snapshot, groups: [aGroup({ sessions: 50 })] });
    return aRecordedLook(look, { sinceLastLookSeconds: index === 0 ? null : 10, ...overrides });
  });
}

function backendOf({ pid, seconds, backend }: Forgotten, later: number): Backend {
  return aBackend({
    id: { pid, backendStart: "2026-01-01 00:00:00.000001+00" },
    state: "idle in transaction",
    xactStart: "2026-01-01 00:00:01.000001+00",
    stateSeconds: seconds + later,
    xactSeconds: seconds + later + 1,
    xidAge: 7,
    ...backend,
  });
}

/** A file that holds these looks. */
export async function aRecording(...looks: readonly RecordedLook[]): Promise<string> {
  const path = await aPath("looks.jsonl");
  await writeFile(path, looks.map((look) => aLookLine(look)).join(""));
  return path;
}
