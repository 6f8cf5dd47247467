import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { followWebFile, tlsPart, userPart, type Followed } from "../../support/follow-web-file.ts";
import { createWebFolder, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeEach(async () => {
  folder = await createWebFolder();
});

afterEach(() => folder.remove());

function follow(text: string): Promise<Followed> {
  return followWebFile(folder, text);
}

describe("a file that lacks a lock", () => {
  test.for([
    ["is empty", ""],
    ["has no users", tlsPart],
    ["has no TLS", userPart("alice")],
  ] as const)("because it %s may be half written: it holds only after a reload", async ([, text]) => {
    const live = await follow(`${tlsPart}${userPart("alice")}`);
    await folder.write("web.yml", text);
    await live.latest();
    live.pass(3600);
    const held = await live.current();
    expect([held.tls !== null, held.users.size]).toEqual([true, 1]);
    expect(live.events).toEqual([
      expect.stringMatching(/^refused no (?:TLS|users) any more: that holds from a reload/),
    ]);
    expect(await live.reload()).toEqual([]);
    const { tls: encryption, users } = await live.current();
    expect([encryption !== null, users.size]).not.toEqual([true, 1]);
  });

  test("is no surprise where nothing was protected", async () => {
    const live = await follow(`${userPart("alice")}rate_limit: { interval: 1s, burst: 1 }\n`);
    await folder.write("web.yml", userPart("bob"));
    await live.latest();
    live.pass(1);
    expect((await live.current()).rateLimit).toBeNull();
  });

  test("is told once, however often it is looked at", async () => {
    const live = await follow(userPart("alice"));
    await folder.write("web.yml", "");
    await live.latest();
    await folder.write("web.yml", "# still writing\n");
    await live.latest();
    expect(live.events).toHaveLength(1);
  });
});

describe("a file that makes a lock looser", () => {
  const strict = tlsPart.replace(" }", ", min_version: TLS13 }");

  test("holds once it was the same twice, a second apart", async () => {
    const live = await follow(strict);
    await folder.write("web.yml", tlsPart);
    const versions: unknown[] = [(await live.latest()).tls?.context.minVersion];
    for (const seconds of [0.99, 0.02]) {
      live.pass(seconds);
      versions.push((await live.latest()).tls?.context.minVersion);
    }
    expect(versions).toEqual(["TLSv1.3", "TLSv1.3", "TLSv1.2"]);
    expect(live.events).toEqual(["applied "]);
  });

  test("waits another second after each change", async () => {
    const live = await follow(strict);
    await folder.write("web.yml", tlsPart);
    await live.latest();
    live.pass(1.1);
    await folder.write("web.yml", `${tlsPart}# more to come\n`);
    expect((await live.latest()).tls?.context.minVersion).toBe("TLSv1.3");
    live.pass(1.1);
    expect((await live.latest()).tls?.context.minVersion).toBe("TLSv1.2");
  });

  test("is forgotten when the strict one is back", async () => {
    const live = await follow(strict);
    await folder.write("web.yml", tlsPart);
    await live.latest();
    await folder.write("web.yml", strict);
    live.pass(2);
    await live.latest();
    live.pass(2);
    expect((await live.current()).tls?.context.minVersion).toBe("TLSv1.3");
  });

  test("is forgotten when a bad one follows", async () => {
    const live = await follow(strict);
    await folder.write("web.yml", tlsPart);
    await live.latest();
    await folder.write("web.yml", "junk");
    await live.latest();
    live.pass(2);
    expect((await live.current()).tls?.context.minVersion).toBe("TLSv1.3");
  });

  test("holds at once after a reload", async () => {
    const live = await follow(strict);
    await folder.write("web.yml", tlsPart);
    expect(await live.reload()).toEqual([]);
    expect((await live.current()).tls?.context.minVersion).toBe("TLSv1.2");
  });

  test("and one that makes it stricter holds at once", async () => {
    const live = await follow(tlsPart);
    await folder.write("web.yml", strict);
    expect((await live.latest()).tls?.context.minVersion).toBe("TLSv1.3");
  });
});
