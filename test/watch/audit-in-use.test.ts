import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";

import { createAuditInUse } from "../../src/watch/audit-in-use.ts";
import { aLog } from "../support/a-log.ts";
import { aPath } from "../support/an-audit.ts";

test("E22: an audit that hangs holds one thread, however often it is tried", async () => {
  const path = await aPath();
  // Whoever opens it hangs, as on a disk that does not answer.
  execFileSync("mkfifo", [path]);
  const inUse = createAuditInUse({
    isFlagged: true,
    version: "1.2.3",
    log: aLog().log,
    ledgers: () => [],
    learn: () => undefined,
    readPatienceSeconds: 0.2,
  });
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  for (let turn = 0; turn <= threads; turn += 1) await inUse.use(path, "enforce");
  expect(inUse.problem()).toBe("it cannot be read: no answer within 0.2 s");
  const isThreadLeft = await Promise.race([stat(path).then(() => true), setTimeout(1000, false)]);
  // The other end lets through whoever waits for it, and needs no such thread.
  closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  expect(isThreadLeft).toBe(true);
  await inUse.close();
});
