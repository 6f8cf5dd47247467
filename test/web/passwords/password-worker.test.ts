import { afterEach, expect, test } from "vitest";

import { dummyHash } from "../../../src/web/passwords/bcrypt-hash.ts";
import { createPasswordWorker, type PasswordWorker } from "../../../src/web/passwords/password-worker.ts";
import { passwordThread } from "../../support/a-web-server.ts";
import { hashOfSecret } from "../../support/web-files.ts";

const workers: PasswordWorker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

function aWorker(script = passwordThread): PasswordWorker {
  const worker = createPasswordWorker(script);
  workers.push(worker);
  return worker;
}

test("knows right passwords from wrong ones", async () => {
  const { compare } = aWorker();
  expect(await compare({ password: "secret", hash: hashOfSecret, padding: [] })).toBe(true);
  expect(await compare({ password: "Secret", hash: hashOfSecret, padding: [4, 5] })).toBe(false);
  expect(await compare({ password: "secret", hash: dummyHash(4), padding: [] })).toBe(false);
});

test("takes time for what is to be added to a wrong password, and none of ours", async () => {
  const { compare } = aWorker();
  await compare({ password: "x", hash: dummyHash(4), padding: [] });
  const plainMs = await timed(() => compare({ password: "x", hash: dummyHash(4), padding: [] }));
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const paddedMs = await timed(() => compare({ password: "x", hash: dummyHash(4), padding: [10, 11] }));
  clearInterval(timer);
  expect(paddedMs).toBeGreaterThan(10 * plainMs);
  // Our own thread had its turns meanwhile: at least one each 20 ms.
  expect(turns).toBeGreaterThan(paddedMs / 20);
});

test("that is stopped, or dies, says so to whoever waits, and begins anew", async () => {
  const worker = aWorker();
  const long = worker.compare({ password: "x", hash: dummyHash(20), padding: [] });
  await worker.stop();
  await expect(long).rejects.toThrow("the password thread ended");
  expect(await worker.compare({ password: "secret", hash: hashOfSecret, padding: [] })).toBe(true);
});

test("that cannot be started says so", async () => {
  const { compare } = aWorker(new URL("file:///nowhere/at-all.js"));
  await expect(compare({ password: "secret", hash: hashOfSecret, padding: [] })).rejects.toThrow("at-all.js");
});

async function timed(task: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await task();
  return performance.now() - beganMs;
}
