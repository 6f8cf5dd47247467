import { describe, expect, test } from "vitest";

import { createLifetime, within } from "../../bench/lifetime.ts";

describe("what was started is ended", () => {
  test("the last one first, and once", async () => {
    const ended: string[] = [];
    const lifetime = createLifetime();
    lifetime.owns(() => void ended.push("server"));
    lifetime.owns(async () => void ended.push("client"));
    await lifetime.end();
    await lifetime.end();
    expect(ended).toEqual(["client", "server"]);
  });

  test("whatever fails on the way", async () => {
    const ended: string[] = [];
    const lifetime = createLifetime();
    lifetime.owns(() => void ended.push("server"));
    lifetime.owns(() => Promise.reject(new Error("stuck")));
    await expect(lifetime.end()).rejects.toThrow("stuck");
    expect(ended).toEqual(["server"]);
  });

  test("a part ends with its task, also one that fails", async () => {
    const ended: string[] = [];
    const lifetime = createLifetime();
    const task = within(lifetime, async (part) => {
      part.owns(() => void ended.push("part"));
      throw new Error("broken");
    });
    await expect(task).rejects.toThrow("broken");
    expect(ended).toEqual(["part"]);
  });

  test("a part ends with the whole at the latest", async () => {
    const ended: string[] = [];
    const lifetime = createLifetime();
    lifetime.part().owns(() => void ended.push("part"));
    await lifetime.end();
    expect(ended).toEqual(["part"]);
  });

  test("what is started too late is ended at once, and no new part is begun", async () => {
    const ended: string[] = [];
    const lifetime = createLifetime();
    await lifetime.end();
    lifetime.owns(() => void ended.push("late"));
    expect(ended).toEqual(["late"]);
    expect(() => lifetime.part()).toThrow("everything was ended");
  });
});
