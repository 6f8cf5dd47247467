import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

/** The safety list has so many items. */
const ITEMS = 36;

type Row = { readonly items: readonly string[]; readonly files: readonly string[] };

async function rowsOfTheTable(): Promise<readonly Row[]> {
  const page = await readFile("docs/policy.md", "utf8");
  return [...page.matchAll(/^\| ((?:E\d+(?:, )?)+) \|.*\| (`test\/.*`) \|$/gm)].map(
    ([, items = "", files = ""]) => ({
      items: items.split(", "),
      files: [...files.matchAll(/`([^`]+)`/g)].flatMap(([, file]) => file ?? []),
    }),
  );
}

test("every item of the safety list stands once in docs/policy.md, as built or as not built", async () => {
  const page = await readFile("docs/policy.md", "utf8");
  const notBuilt = /^Not built: .*/m.exec(page)?.[0].matchAll(/\((E\d+)\)/g) ?? [];
  const built = (await rowsOfTheTable()).flatMap(({ items }) => items);
  const all = Array.from({ length: ITEMS }, (_, index) => `E${index + 1}`);
  expect([...built, ...[...notBuilt].map(([, item]) => item)]).toEqual(all);
});

test("each item is carried by the name of a test in each file that docs/policy.md names", async () => {
  const rows = await rowsOfTheTable();
  expect(rows.length).toBeGreaterThan(30);
  for (const { items, files } of rows) {
    for (const file of files) {
      const text = await readFile(file, "utf8");
      const carried = items.filter((item) => new RegExp(`\\b${item}\\b`).test(text));
      expect({ file, carried: carried.length > 0 }).toEqual({ file, carried: true });
    }
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    for (const item of items) expect(texts.some((text) => new RegExp(`\\b${item}\\b`).test(text))).toBe(true);
  }
});
