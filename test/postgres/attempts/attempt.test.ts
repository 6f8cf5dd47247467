import { describe, expect, test } from "vitest";

import {
  beginsEncrypted,
  modeFor,
  nextStep,
  passesOf,
  shuffled,
  type AttemptEnd,
} from "../../../src/postgres/attempts/attempt.ts";
import { sslModes, targetSessionAttributes } from "../../../src/postgres/settings.ts";

const tcp = { host: "db1", hostAddress: undefined, port: 5432 };
const socket = { ...tcp, host: "/run/postgresql" };

describe("what libpq tries next", () => {
  const wherever: readonly (readonly [AttemptEnd, string])[] = [
    ["unreachable", "next_address"],
    ["not_now", "next_host"],
    ["unwanted", "next_host"],
    ["failed", "give_up"],
  ];
  test.for(wherever)("after %s: %s, with TLS or without, whatever the mode", ([end, step]) => {
    const steps = sslModes.flatMap((mode) =>
      [true, false].flatMap((isEncrypted) =>
        [true, false].map((isRetry) => nextStep(end, { mode, isEncrypted, isRetry })),
      ),
    );
    expect(new Set(steps)).toEqual(new Set([step]));
  });

  const allow = ["allow", false, false, "other_encryption"];
  const prefer = ["prefer", true, false, "other_encryption"];
  test.for([
    ["login_refused", [allow, prefer]],
    ["tls_failed", [prefer]],
  ] as const)("after %s: the other way once, where the mode has one", ([end, ways]) => {
    const others = sslModes.flatMap((mode) =>
      [true, false].flatMap((isEncrypted) =>
        [true, false].flatMap((isRetry) => {
          const step = nextStep(end, { mode, isEncrypted, isRetry });
          return step === "give_up" ? [] : [[mode, isEncrypted, isRetry, step]];
        }),
      ),
    );
    expect(others).toEqual(ways);
  });
});

test("the first attempt asks for TLS, but for disable, allow and sockets", () => {
  expect(sslModes.filter((mode) => beginsEncrypted(tcp, mode))).toEqual([
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
  ]);
  expect(sslModes.filter((mode) => beginsEncrypted(socket, mode))).toEqual([]);
  expect(
    sslModes.filter((mode) => beginsEncrypted({ ...socket, hostAddress: "10.0.0.1" }, mode)),
  ).toHaveLength(4);
  expect(sslModes.map((mode) => modeFor(socket, mode))).toEqual(sslModes.map(() => "disable"));
  expect(sslModes.map((mode) => modeFor(tcp, mode))).toEqual(sslModes);
});

test("only prefer-standby walks twice", () => {
  expect(targetSessionAttributes.map(passesOf)).toEqual([
    ["any"],
    ["read-write"],
    ["read-only"],
    ["primary"],
    ["standby"],
    ["standby", "any"],
  ]);
});

test("shuffled keeps all items, and each comes first as often as the numbers have it", () => {
  const numbers = [0.7, 0.1, 0.4];
  expect(shuffled(["a", "b", "c"], () => numbers.shift() ?? 0)).toEqual(["b", "c", "a"]);
});
