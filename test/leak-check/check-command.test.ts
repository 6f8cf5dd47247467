import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { checkCommand, type Checked, type CheckOptions } from "../../src/leak-check/check-command.ts";
import { startChild, type Child, type ChildEnd } from "../../src/leak-check/child.ts";
import { createLooks, type Looks } from "../../src/leak-check/looks.ts";
import type { LeakRules } from "../../src/leak-check/run-so-far.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aConnection } from "../support/a-connection.ts";
import { seenAt } from "../support/a-run.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startServer(postgresMajors().at(-1) ?? "18");
});
afterAll(() => server?.remove());

/** Real looks, of which those fail that are named; once one has failed, none is due any more. */
function looksThatFail(isDown: (numberOfLook: number) => boolean): Looks {
  const looks = createLooks({
    connection: aConnection({ host: server.socketFolder, port: server.port }, { user: "postgres" }),
    lookTimeoutSeconds: 5,
  });
  let taken = 0;
  let hasFailed = false;
  return {
    ...looks,
    async look(asksForPrepared) {
      taken += 1;
      if (!isDown(taken)) return looks.look(asksForPrepared);
      hasFailed = true;
      throw new PostgresFailure("connect", "the server is shutting down");
    },
    isDue: () => !hasFailed,
  };
}

const rules: LeakRules = {
  heldSeconds: 60,
  untouchedSeconds: Infinity,
  isOurs: () => true,
  mayBeOurs: () => true,
  whyNobody: null,
};

async function checkOver(looks: Looks, start: CheckOptions["start"]): Promise<Checked> {
  try {
    return await checkCommand({
      looks,
      rules,
      graceSeconds: 0.5,
      start,
    });
  } finally {
    await looks.close();
  }
}

/** Ends after a look or more. */
function aCommand(): Child {
  return startChild(["sleep", "0.5"], { PATH: process.env["PATH"] });
}

describe("once the command has ended", () => {
  test("a server that is back is looked at, however fresh the last failure is", async () => {
    const { blind, missed, leaks } = await checkOver(
      looksThatFail((look) => look === 2),
      aCommand,
    );
    expect([blind, leaks, missed.looks]).toEqual([null, [], 1]);
  });

  test("a session that is there when the grace is over leaked, although looks failed in between", async () => {
    const left = connectTo(server, { applicationName: "test_worker" });
    const { blind, leaks } = await checkOver(
      looksThatFail((look) => look === 2 || look === 3),
      () => {
        void left`SELECT 1`.execute();
        return aCommand();
      },
    );
    await left.end();
    expect([blind, leaks]).toEqual([null, [expect.objectContaining({ way: "left_open" })]]);
  });

  test("what a look saw open is no leak where all that followed failed", async () => {
    const left = connectTo(server, { applicationName: "test_worker" });
    let hasEnded = false;
    let looksSince = 0;
    const { blind, leaks, run } = await checkOver(
      looksThatFail(() => hasEnded && ++looksSince > 1),
      () => {
        void left`SELECT 1`.execute();
        const child = aCommand();
        return { ...child, ended: child.ended.finally(() => (hasEnded = true)) };
      },
    );
    await left.end();
    expect([run.open.size, leaks]).toEqual([1, []]);
    expect(blind).toBe(
      "the server could not be looked at once the command had ended: the server is shutting down",
    );
  });
});

/** When each of the first four looks began, in milliseconds since the first; the second one is slow, and the fourth sees the end. */
async function looksBegunMs(tookMs: number, limits: Partial<LeakRules>): Promise<readonly number[]> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const begunMs: number[] = [];
  let end: ((end: ChildEnd) => void) | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    end = resolve;
  });
  const looks: Looks = {
    async look() {
      begunMs.push(performance.now());
      if (begunMs.length === 4) end?.({ status: 0, whyNotStarted: null });
      if (begunMs.length === 2) await new Promise((resolve) => setTimeout(resolve, tookMs));
      return seenAt(0);
    },
    isDue: () => true,
    close: () => Promise.resolve(),
  };
  const start = (): Child => ({ ended, pass: () => undefined });
  const checked = checkCommand({ looks, rules: { ...rules, ...limits }, graceSeconds: 0, start });
  await vi.runAllTimersAsync();
  await checked;
  return begunMs.slice(0, 4).map((atMs) => atMs - (begunMs[0] ?? 0));
}

describe("after a slow look pgleash rests", () => {
  afterEach(() => vi.useRealTimers());

  test.for([
    ["four times as long", 200, { heldSeconds: 5 }, [0, 100, 1100, 1200]],
    ["for a second at most", 500, { heldSeconds: 5 }, [0, 100, 1600, 1700]],
    ["for half a limit at most", 500, { heldSeconds: 0.6 }, [0, 100, 900, 1000]],
    ["whichever limit it is", 500, { heldSeconds: 5, untouchedSeconds: 0.6 }, [0, 100, 900, 1000]],
    ["as long as ever where a limit is short", 500, { heldSeconds: 0.1 }, [0, 100, 700, 800]],
  ] as const)("%s", async ([, tookMs, limits, begunMs]) => {
    expect(await looksBegunMs(tookMs, limits)).toEqual(begunMs);
  });
});
