import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { readSecret } from "../../src/postgres/secrets/read-secret.ts";
import { systemAuthorities } from "../../src/postgres/tls/system-authorities.ts";
import { readTlsMaterial } from "../../src/postgres/tls/tls-material.ts";
import type { SmallFile } from "../../src/small-file.ts";
import { aConnection } from "../support/a-connection.ts";

const reads = vi.hoisted((): string[] => []);

vi.mock(import("../../src/small-file.ts"), async (original) => ({
  ...(await original()),
  readSmallFile: (path: string) => {
    reads.push(path);
    return new Promise<SmallFile>(() => undefined);
  },
}));

beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const key = { host: "db1", port: 5432, database: "shop", user: "watch" };

test("files that hang fail an attempt in words, and each is read once, however many attempts there are", async () => {
  const { tls } = aConnection({ host: "db1", port: 5432 });
  const source = { type: "file", path: "/hung/password" } as const;
  const attempts = Array.from({ length: 20 }, () => [
    readSecret(source, { keyword: "password", key }),
    readTlsMaterial({ ...tls, rootCertificate: "/hung/ca.crt" }, key),
    systemAuthorities(["/hung/system.crt"]),
  ]).flat();
  const ends = Promise.allSettled(attempts);
  await vi.advanceTimersByTimeAsync(1000);
  const told = (await ends).map((end) => (end.status === "rejected" ? String(end.reason) : "none"));
  expect(new Set(told)).toEqual(
    new Set([
      "PostgresFailure: cannot read the password: /hung/password: no answer within 1 s",
      "FileFailure: /hung/ca.crt: no answer within 1 s",
      "FileFailure: /hung/system.crt: no answer within 1 s",
    ]),
  );
  expect(reads).toEqual(["/hung/password"]);
});
