import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { followWebConfig } from "../../../src/web/config/live-web-config.ts";
import type { LoadedWebConfig } from "../../../src/web/config/load-web-config.ts";
import { openWebConfig } from "../../../src/web/config/web-config.ts";
import {
  followWebFile,
  tlsPart,
  userPart,
  usersOf,
  type Disk,
  type Followed,
} from "../../support/follow-web-file.ts";
import { waitFor } from "../../support/wait-for.ts";
import { createWebFolder, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeEach(async () => {
  folder = await createWebFolder();
});

afterEach(() => folder.remove());

function follow(text: string, disk?: Disk): Promise<Followed> {
  return followWebFile(folder, text, disk);
}

type UsableWebConfig = Extract<LoadedWebConfig, { readonly config: unknown }>;

const nothing = (): void => undefined;

/** Follows a file on a disk that gives no answer until it is told to. */
async function followHanging(): Promise<Followed & { readonly answer: () => void }> {
  let answer = nothing;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const live = await follow(userPart("alice"), { answered: () => answered, patienceSeconds: 0.05 });
  await folder.write("web.yml", userPart("bob"));
  return { ...live, answer };
}

describe("a disk", () => {
  test("that hangs leaves in force what was read before, for all who ask, and is told once", async () => {
    const live = await followHanging();
    live.pass(2);
    const asked = Array.from({ length: 600 }, () => usersOf(live));
    expect(await usersOf(live)).toEqual(["alice"]);
    expect(new Set((await Promise.all(asked)).flat())).toEqual(new Set(["alice"]));
    for (let turn = 0; turn < 3; turn += 1) {
      live.pass(2);
      expect(await usersOf(live)).toEqual(["alice"]);
    }
    expect(live.events).toEqual(["refused the files cannot be read: no answer within 0.05 s"]);
    expect(await live.reload()).toEqual(["the files cannot be read: no answer within 0.05 s"]);
    expect(live.loads()).toBe(2);
    live.answer();
    await waitFor("the disk's answer", async () => (await live.latest()).users.has("bob"));
    expect(live.events.slice(1)).toEqual(["applied bob"]);
  });

  test("that was away is good again, though the files are as before", async () => {
    const live = await followHanging();
    await live.latest();
    await folder.write("web.yml", userPart("alice"));
    live.answer();
    await waitFor("good files", async () => (await live.latest()) && live.events.length > 1);
    expect(live.events.at(-1)).toBe("applied alice");
  });

  test("that answers a reload too late takes no protection away behind anybody's back", async () => {
    const live = await followHanging();
    await folder.write("web.yml", "");
    expect(await live.reload()).toHaveLength(1);
    live.answer();
    await waitFor("the disk's answer", async () => (await live.latest()) && live.events.length > 1);
    expect(live.events.at(-1)).toMatch(/^refused no users any more/);
    expect(await usersOf(live)).toEqual(["alice"]);
    expect(await live.reload()).toEqual([]);
    expect(await usersOf(live)).toEqual([]);
  });

  test("that failed is good again when it answers, though nobody changed a file", async () => {
    let failures = 1;
    const answered = async (): Promise<void> => {
      failures -= 1;
      if (failures >= 0) throw new Error("input/output error");
    };
    const live = await follow(userPart("alice"), { answered, patienceSeconds: 20 });
    expect(await live.reload()).toEqual(["the files cannot be read: input/output error"]);
    await live.latest();
    expect(live.events).toEqual(["refused the files cannot be read: input/output error", "applied alice"]);
  });

  test("is read once for all who ask at once, also where files change all the time", async () => {
    let loads = 0;
    const load = async (): Promise<UsableWebConfig> => {
      loads += 1;
      return { config: openWebConfig, digests: new Map([["/nowhere/web.yml", `${loads}`]]) };
    };
    const live = followWebConfig(await load(), {
      load,
      now: () => 0,
      onApplied: nothing,
      onRefused: nothing,
    });
    await Promise.all(Array.from({ length: 100 }, () => live.latest()));
    expect(loads).toBe(2);
  });
});

test.for(["web.yml", "server.crt"])("a pipe in the place of %s keeps nobody waiting", async (name) => {
  const live = await follow(tlsPart);
  await rm(join(folder.path, name));
  await promisify(execFile)("mkfifo", [join(folder.path, name)]);
  expect((await live.latest()).tls).not.toBeNull();
  expect(live.events).toEqual([
    expect.stringMatching(
      /^refused web\.yml.*expected a file that can be read, got none: it is not a plain file$/,
    ),
  ]);
});
