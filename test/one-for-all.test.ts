import { expect, test } from "vitest";

import { oneForAll } from "../src/one-for-all.ts";

test("all who ask while one runs share the next one, which begins when it is over", async () => {
  const letGo: (() => void)[] = [];
  let begun = 0;
  const run = oneForAll(async () => {
    begun += 1;
    const own = begun;
    await new Promise<void>((resolve) => letGo.push(resolve));
    return own;
  });
  const first = run();
  await Promise.resolve();
  const later = [run(), run(), run()];
  expect(begun).toBe(1);
  letGo[0]?.();
  expect(await first).toBe(1);
  await Promise.resolve();
  const last = run();
  letGo[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  await Promise.resolve();
  letGo[2]?.();
  expect(await last).toBe(3);
});

test("one that fails fails for those who asked for it, and keeps nobody else from running", async () => {
  let begun = 0;
  const run = oneForAll(() => {
    begun += 1;
    return begun === 1 ? Promise.reject(new Error("no disk")) : Promise.resolve(begun);
  });
  const first = run();
  await expect(first).rejects.toThrow("no disk");
  expect(await run()).toBe(2);
});
