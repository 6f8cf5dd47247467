import { compareSync, hashSync } from "bcryptjs";
import { describe, expect, test } from "vitest";

import { bcryptCost, checkableHash, dummyHash } from "../../../src/web/passwords/bcrypt-hash.ts";
import { hashOfSecret } from "../../support/web-files.ts";

const tail = hashOfSecret.slice("$2b$04".length);

describe("the cost", () => {
  test.for([
    [hashOfSecret, 4],
    [`$2a$10${tail}`, 10],
    [`$2y$31${tail}`, 31],
    [`$2$12${tail}`, 12],
    [`$2b$04${tail}too long`, 4],
    [`$2b$04$${"ä".repeat(26)}`, 4],
  ] as const)("of %s is %d", ([hash, cost]) => {
    expect(bcryptCost(hash)).toBe(cost);
  });

  test.for([
    "",
    "secret",
    `$2b$03${tail}`,
    `$2b$32${tail}`,
    `$2b$-5${tail}`,
    `$2b$1x${tail}`,
    `$3b$10${tail}`,
    `2b$10${tail} `,
    `$2b$10$${"a".repeat(51)}`,
  ])("of %s is none, because it is no hash", (hash) => {
    expect(bcryptCost(hash)).toBeUndefined();
  });
});

describe("a hash that can be checked", () => {
  test.for(["2", "2a", "2b", "2x", "2y"])("may begin with $%s$", (version) => {
    const hash = checkableHash(`$${version}$04${tail}`);
    expect(hash).toBe(hashOfSecret);
    expect(compareSync("secret", hash ?? "")).toBe(true);
  });

  test.for([`$2b$04${tail}x`, `$2b$04${tail.slice(0, -1)}`, `$2b$04$${"!".repeat(53)}`, "secret"])(
    "is not %s, which no password has",
    (hash) => {
      expect(checkableHash(hash)).toBeUndefined();
    },
  );
});

test("a hash that nobody has costs what a real one does, and no password matches it", () => {
  const dummy = dummyHash(5);
  expect(dummy).toHaveLength(60);
  expect(bcryptCost(dummy)).toBe(5);
  expect(compareSync("", dummy)).toBe(false);
  // The library refuses a salt that it cannot use, before it spends any time.
  expect(hashSync("secret", dummy.slice(0, 29))).toHaveLength(60);
});
