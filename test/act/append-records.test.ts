import { expect, test } from "vitest";

import { appendRecords } from "../../src/act/append-records.ts";
import type { AuditFile } from "../../src/act/audit-file.ts";
import { anIntent } from "../support/an-audit.ts";

test("E22: records are appended in one write, which is flushed once", async () => {
  const writes: string[] = [];
  const file: AuditFile = {
    isNew: true,
    lengthBytes: 0,
    append(lines) {
      writes.push(lines);
      return Promise.resolve(Buffer.byteLength(lines));
    },
    isInPlace: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
  expect(await appendRecords(file, [])).toBe(0);
  expect(writes).toEqual([]);
  const bytes = await appendRecords(
    file,
    ["a", "b", "c"].map((id) => anIntent(id)),
  );
  expect([writes.length, writes.join("").match(/^\{.*\}$/gmu)?.length]).toEqual([1, 3]);
  expect(bytes).toBe(Buffer.byteLength(writes.join("")));
});
