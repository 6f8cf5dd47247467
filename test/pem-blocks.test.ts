import { expect, test } from "vitest";

import { pemBlocks } from "../src/pem-blocks.ts";

const begin = "-----BEGIN X509 CRL-----";
const end = "-----END X509 CRL-----";
const block = `${begin}\nabc\n${end}`;

test.for([
  ["", []],
  ["nothing of the kind", []],
  [block, [block]],
  [`text\n${block}\ntext\n${block}\r\n`, [block, block]],
  [`${block}\n${begin}\nabc\n`, [block]],
  [`${end}\n${block}`, [block]],
  [`${begin}\n${block}`, [`${begin}\n${block}`]],
  ["-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", []],
] as const)("of %j, the blocks are %j", ([text, blocks]) => {
  expect(pemBlocks(text, "X509 CRL")).toEqual(blocks);
});

test("a text that begins again and again, and never ends, is read once", () => {
  const text = `${begin}\n`.repeat(40_000);
  const begunMs = performance.now();
  expect(pemBlocks(text, "X509 CRL")).toEqual([]);
  expect(performance.now() - begunMs).toBeLessThan(500);
});
