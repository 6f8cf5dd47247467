import { describe, expect, test } from "vitest";

import { createPasswordChecks, type Claim, type Users } from "../../../src/web/passwords/password-checks.ts";
import type { ComparePassword, PasswordQuestion } from "../../../src/web/passwords/password-question.ts";
import { dearerHashOfSecret, hashOfOther, hashOfSecret } from "../../support/web-files.ts";

const users: Users = new Map([
  ["alice", hashOfSecret],
  ["bob", dearerHashOfSecret],
]);

function from(client: string, user: string, password: string): Claim {
  return { client, user, password };
}

const alice = from("::1", "alice", "secret");

type Thread = {
  readonly asked: readonly PasswordQuestion[];
  /** From here on it answers at once. */
  answerAll(): void;
  readonly compare: ComparePassword;
};

/** Knows that `secret` is the password, answers when it is told to, and keeps what it was asked. */
function aThread(): Thread {
  const asked: PasswordQuestion[] = [];
  const waiting: (() => void)[] = [];
  let isPatient = true;
  return {
    asked,
    answerAll() {
      isPatient = false;
      for (const answer of waiting.splice(0)) answer();
    },
    compare: async (question) => {
      asked.push(question);
      if (isPatient) await new Promise<void>((resolve) => waiting.push(resolve));
      return question.password === "secret";
    },
  };
}

function aQuickThread(): Thread {
  const thread = aThread();
  thread.answerAll();
  return thread;
}

describe("a password", () => {
  test.for([
    [alice, "right"],
    [from("::1", "bob", "secret"), "right"],
    [from("::1", "alice", "wrong"), "wrong"],
    [from("::1", "alice", ""), "wrong"],
    [from("::1", "mallory", "secret"), "wrong"],
    [from("::1", "", "secret"), "wrong"],
    [from("::1", "__proto__", "secret"), "wrong"],
  ] as const)("of %j is %s", async ([claim, verdict]) => {
    const checks = createPasswordChecks(aQuickThread().compare);
    expect(await checks.check(users, claim)).toBe(verdict);
    expect(checks.known(users, claim)).toBe(verdict);
  });

  test("is hashed once, whether it is right or wrong", async () => {
    const thread = aQuickThread();
    const checks = createPasswordChecks(thread.compare);
    for (const password of ["secret", "wrong", "secret", "wrong"])
      await checks.check(users, from("::1", "alice", password));
    expect(thread.asked.map(({ password }) => password)).toEqual(["secret", "wrong"]);
  });

  test("that several ask for at once is hashed once", async () => {
    const thread = aThread();
    const checks = createPasswordChecks(thread.compare);
    const verdicts = Promise.all(Array.from({ length: 100 }, () => checks.check(users, alice)));
    thread.answerAll();
    expect(new Set(await verdicts)).toEqual(new Set(["right"]));
    expect(thread.asked).toHaveLength(1);
  });

  test("that was right is unknown under another hash", async () => {
    const checks = createPasswordChecks(aQuickThread().compare);
    await checks.check(users, alice);
    expect(checks.known(new Map([["alice", hashOfOther]]), alice)).toBeUndefined();
  });

  test("is not that of whoever moved the end of their name", async () => {
    const checks = createPasswordChecks(aQuickThread().compare);
    await checks.check(users, alice);
    const others: Users = new Map([["alic", hashOfSecret]]);
    expect(checks.known(others, from("::1", "alic", "esecret"))).toBeUndefined();
  });
});

/** Rounds that a question costs whoever gives a wrong password. */
async function roundsFor(user: string): Promise<number> {
  const thread = aQuickThread();
  await createPasswordChecks(thread.compare).check(users, from("::1", user, "wrong"));
  const [{ hash, padding } = { hash: "", padding: [] }] = thread.asked;
  return [Number(hash.slice(4, 6)), ...padding].reduce((rounds, cost) => rounds + 2 ** cost, 0);
}

describe("the work", () => {
  test("is the same for a wrong password of whoever is there, and for whoever is not", async () => {
    expect(await roundsFor("alice")).toBe(32);
    expect(await roundsFor("bob")).toBe(32);
    expect(await roundsFor("mallory")).toBe(32);
  });
});

describe("a flood", () => {
  test("of wrong passwords is turned away beyond 4 that wait of one client, and 64 in all", async () => {
    const thread = aThread();
    const checks = createPasswordChecks(thread.compare);
    const guesses = Array.from({ length: 200 }, (_, index) =>
      from(`10.0.0.${index % 20}`, "alice", `${index}`),
    );
    const verdicts = guesses.map((claim) => checks.check(users, claim));
    expect(checks.known(users, from("10.0.0.3", "alice", "another"))).toBe("busy");
    thread.answerAll();
    const told = await Promise.all(verdicts);
    // One was being checked, and waited no more.
    expect(told.filter((verdict) => verdict === "wrong")).toHaveLength(65);
    expect(told.filter((verdict) => verdict === "busy")).toHaveLength(135);
  });

  test.for([
    ["one address", 2, (): string => "10.0.0.1"],
    ["many addresses", 41, (index: number): string => `10.0.0.${index % 40}`],
    ["one network of many addresses", 2, (index: number): string => `2001:db8::${index.toString(16)}`],
  ] as const)(
    "of %s leaves room for the others, who need not wait long",
    async ([, latestTurn, clientOf]) => {
      const thread = aThread();
      const checks = createPasswordChecks(thread.compare);
      const verdicts = Array.from({ length: 200 }, (_, index) =>
        checks.check(users, from(clientOf(index), "alice", `${index}`)),
      );
      const good = checks.check(users, from("192.0.2.1", "alice", "secret"));
      thread.answerAll();
      expect(await good).toBe("right");
      await Promise.all(verdicts);
      const turn = thread.asked.findIndex(({ password }) => password === "secret");
      expect(turn).toBeLessThanOrEqual(latestTurn);
    },
  );

  test("of one network is that of one client, whatever its addresses", async () => {
    const thread = aThread();
    const checks = createPasswordChecks(thread.compare);
    const verdicts = Array.from({ length: 50 }, (_, index) =>
      checks.check(users, from(`2001:db8::${index.toString(16)}`, "alice", `${index}`)),
    );
    thread.answerAll();
    expect((await Promise.all(verdicts)).filter((verdict) => verdict === "wrong")).toHaveLength(5);
  });

  test("does not keep out who was right before", async () => {
    const thread = aThread();
    const checks = createPasswordChecks(async (question) =>
      question.password === "secret" ? true : thread.compare(question),
    );
    await checks.check(users, alice);
    const verdicts = Array.from({ length: 500 }, (_, index) =>
      checks.check(users, from(`10.0.${index}.1`, "alice", `${index}`)),
    );
    expect(checks.known(users, from("10.0.0.1", "alice", "other"))).toBe("busy");
    expect(checks.known(users, from("10.0.0.1", "alice", "secret"))).toBe("right");
    expect(await checks.check(users, alice)).toBe("right");
    thread.answerAll();
    await Promise.all(verdicts);
  });

  test("does not drive out who was right", async () => {
    const checks = createPasswordChecks(aQuickThread().compare);
    await checks.check(users, alice);
    for (let guess = 0; guess < 3000; guess += 1) await checks.check(users, from("bad", "alice", `${guess}`));
    expect(checks.known(users, alice)).toBe("right");
    // What was wrong first is forgotten: memory has a bound.
    expect(checks.known(users, from("bad", "alice", "0"))).toBeUndefined();
    expect(checks.known(users, from("bad", "alice", "2999"))).toBe("wrong");
  });

  test("leaves its places when it ends", async () => {
    const thread = aThread();
    const checks = createPasswordChecks(thread.compare);
    const first = Array.from({ length: 5 }, (_, index) =>
      checks.check(users, from("::1", "alice", `${index}`)),
    );
    expect(checks.known(users, alice)).toBe("busy");
    thread.answerAll();
    await Promise.all(first);
    expect(await checks.check(users, alice)).toBe("right");
  });
});

test("a thread that dies is an error to whoever asked, and nothing is kept of it", async () => {
  let deaths = 1;
  const checks = createPasswordChecks(async ({ password }) => {
    if (deaths > 0) {
      deaths -= 1;
      throw new Error("the thread died");
    }
    return password === "secret";
  });
  await expect(checks.check(users, alice)).rejects.toThrow("the thread died");
  expect(checks.known(users, alice)).toBeUndefined();
  expect(await checks.check(users, alice)).toBe("right");
});
