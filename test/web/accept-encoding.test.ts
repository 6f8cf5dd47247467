import { expect, test } from "vitest";

import { wantsGzip } from "../../src/web/accept-encoding.ts";

test.for([
  "gzip",
  "GZIP",
  "x-gzip",
  "gzip, deflate, br",
  "deflate , gzip ; q=0.5",
  "gzip;q=1.000",
  "br;q=1.0, gzip;q=0.8, *;q=0.1",
  "*",
  "*;q=0.1",
  "gzip;q=0.5, identity;q=0.5",
  "gzip;level=3;q=1",
])("%j asks for gzip", (accepted) => {
  expect(wantsGzip(accepted)).toBe(true);
});

test.for([
  undefined,
  "",
  "identity",
  "deflate, br",
  "gzip;q=0",
  "gzip;q=0.000",
  "gzip;q=0, *",
  "*;q=0",
  "gzip;q=0.2, identity;q=0.9",
  "gzip;q=2",
  "gzip;q=x",
  "gzip;q=-1",
  "notgzip",
  ";;;,,,",
])("%j does not", (accepted) => {
  expect(wantsGzip(accepted)).toBe(false);
});
