import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { followWebFile, tlsPart, userPart, usersOf, type Followed } from "../../support/follow-web-file.ts";
import { createWebFolder, hashOfOther, hashOfSecret, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeEach(async () => {
  folder = await createWebFolder();
});

afterEach(() => folder.remove());

function follow(text: string): Promise<Followed> {
  return followWebFile(folder, text);
}

describe("a changed file", () => {
  test("holds after a second at the latest, when somebody asks", async () => {
    const live = await follow(userPart("alice"));
    await folder.write("web.yml", userPart("bob"));
    expect(await usersOf(live)).toEqual(["alice"]);
    live.pass(0.99);
    expect(await usersOf(live)).toEqual(["alice"]);
    live.pass(0.02);
    expect(await usersOf(live)).toEqual(["bob"]);
    expect(live.events).toEqual(["applied bob"]);
  });

  test("holds at once for whoever wants the latest", async () => {
    const live = await follow(userPart("alice"));
    await folder.write("web.yml", userPart("bob"));
    expect([...(await live.latest()).users.keys()]).toEqual(["bob"]);
    expect(await usersOf(live)).toEqual(["bob"]);
  });

  test("is read once, however many ask", async () => {
    const live = await follow(userPart("alice"));
    await folder.write("web.yml", userPart("bob"));
    live.pass(2);
    await Promise.all(Array.from({ length: 100 }, () => live.current()));
    await Promise.all(Array.from({ length: 10 }, () => live.latest()));
    expect(live.loads()).toBe(2);
  });

  test("is noticed by its content's age, not only by its size", async () => {
    const live = await follow(userPart("alice", hashOfSecret));
    await folder.write("web.yml", userPart("alice", hashOfOther));
    expect((await live.latest()).users.get("alice")).toBe(hashOfOther);
  });

  test("may be another file under the same name", async () => {
    const live = await follow(userPart("alice"));
    await rename(await folder.write("next.yml", userPart("bob")), join(folder.path, "web.yml"));
    expect([...(await live.latest()).users.keys()]).toEqual(["bob"]);
  });

  test("is not read while nothing changes", async () => {
    const live = await follow(tlsPart);
    for (let turn = 0; turn < 5; turn += 1) {
      live.pass(2);
      await live.current();
    }
    expect(live.loads()).toBe(1);
  });
});

describe("a bad file", () => {
  test("leaves the last good one in force, and is told once", async () => {
    const live = await follow(userPart("alice"));
    await folder.write("web.yml", "basic_auth_users: { alice: secret }\n");
    for (let turn = 0; turn < 3; turn += 1) {
      live.pass(2);
      expect(await usersOf(live)).toEqual(["alice"]);
    }
    expect(live.events).toEqual([expect.stringMatching(/^refused web\.yml:1:28: .*expected a bcrypt hash/)]);
    await folder.write("web.yml", userPart("bob"));
    live.pass(2);
    expect(await usersOf(live)).toEqual(["bob"]);
  });

  test("that is not there any more is a bad one", async () => {
    const live = await follow(userPart("alice"));
    await rename(join(folder.path, "web.yml"), join(folder.path, "gone.yml"));
    expect([...(await live.latest()).users.keys()]).toEqual(["alice"]);
    expect(live.events).toEqual([
      "refused web.yml: expected a file that can be read, got none: there is no such file",
    ]);
    await rename(join(folder.path, "gone.yml"), join(folder.path, "web.yml"));
    await live.latest();
    expect(live.events.at(-1)).toBe("applied alice");
  });
});

describe("a certificate", () => {
  test("that is replaced before its key is refused until the key comes", async () => {
    const live = await follow(tlsPart);
    const certificate = (await live.current()).tls?.context.cert;
    const other = await folder.authority.sign("DNS:new");
    await folder.write("server.crt", other.cert);
    expect((await live.latest()).tls?.context.cert).toBe(certificate);
    await folder.write("server.key", other.key);
    expect((await live.latest()).tls?.context).toMatchObject({ cert: other.cert, key: other.key });
    expect(live.events).toEqual([
      expect.stringContaining("refused web.yml:1:55: tls_server_config.key_file"),
      "applied ",
    ]);
  });
});

test("a reload answers with what is wrong", async () => {
  const live = await follow(userPart("alice"));
  await folder.write("web.yml", "junk");
  expect(await live.reload()).toEqual([expect.stringContaining("web.yml:1:1: expected a mapping")]);
  expect(await usersOf(live)).toEqual(["alice"]);
});
