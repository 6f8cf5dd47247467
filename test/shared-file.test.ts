import { expect, test } from "vitest";

import { shareFiles, type SharedFiles } from "../src/shared-file.ts";
import { FileFailure, readSmallFile, type SmallFile } from "../src/small-file.ts";

const file: SmallFile = await readSmallFile(import.meta.filename, 1_000_000);

/** A disk on which nothing is answered below `/hung`, until somebody says so. */
function aDisk(): {
  readonly files: SharedFiles;
  readonly begun: readonly string[];
  readonly mend: () => void;
} {
  const begun: string[] = [];
  const hanging = new Set<() => void>();
  const read = async (path: string): Promise<SmallFile> => {
    begun.push(path);
    if (path.startsWith("/hung")) await new Promise<void>((resolve) => hanging.add(resolve));
    return file;
  };
  return {
    files: shareFiles(read, { slots: 2, patienceSeconds: 0.02 }),
    begun,
    mend() {
      for (const answer of hanging) answer();
      hanging.clear();
    },
  };
}

test("a file that hangs fails in words, for all who ask, and holds one thread", async () => {
  const { files, begun, mend } = aDisk();
  await files("/good", 100);
  for (let round = 0; round < 3; round += 1) {
    const asked = await Promise.allSettled(Array.from({ length: 100 }, () => files("/hung/secret", 100)));
    for (const end of asked)
      expect(end).toMatchObject({
        status: "rejected",
        reason: expect.objectContaining({ message: "/hung/secret: no answer within 0.02 s" }),
      });
  }
  expect(begun).toEqual(["/good", "/hung/secret"]);
  expect(await files("/good", 100)).toBe(file);
  const last = files("/hung/secret", 100);
  mend();
  expect(await last).toBe(file);
});

test("many that hang leave a thread for those that were read before, and are not read when nobody waits", async () => {
  const { files, begun, mend } = aDisk();
  await files("/good", 100);
  const hung = Array.from({ length: 50 }, (_, index) => files(`/hung/${index}`, 100));
  expect(await files("/good", 100)).toBe(file);
  const ends = await Promise.allSettled(hung);
  expect(ends.every((end) => end.status === "rejected" && end.reason instanceof FileFailure)).toBe(true);
  mend();
  await files("/good", 100);
  expect(begun).toEqual(["/good", "/hung/0", "/good", "/good"]);
});

test("each time it is read anew, and what is larger is refused for each who allows less", async () => {
  const files = shareFiles(readSmallFile, { slots: 2, patienceSeconds: 10 });
  const [large, small] = [files(import.meta.filename, 1_000_000), files(import.meta.filename, 10)];
  await expect(small).rejects.toThrow("it has more than 10 bytes");
  expect((await large).bytes.toString()).toContain("each time it is read anew");
});
