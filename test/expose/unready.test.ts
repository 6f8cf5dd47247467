import { expect, test } from "vitest";

import { unready } from "../../src/expose/unready.ts";
import { aReport, aServerView, aView } from "../support/a-view.ts";

const never = { isSuccessful: false, lastSuccessSeconds: null, refusedTargets: 0 };

test("ready is who tried every server once, be it in vain", () => {
  const failure = { reason: "connect", message: "refused" } as const;
  const tried = [aServerView({ report: aReport() }), aServerView({ report: null, failure })];
  expect(unready(aView({ servers: tried }))).toBeNull();
  const untried = aServerView({ server: "db2", report: null, failure: null });
  expect(unready(aView({ servers: [...tried, untried] }))).toBe("not looked at yet: db2");
});

test("who has no server is ready only once servers files could be read", () => {
  const told = "no server to watch: the files that name servers could not be read yet";
  expect(unready(aView({ servers: [], serversFile: null }))).toBe(told);
  expect(unready(aView({ servers: [], serversFile: never }))).toBe(told);
  const read = { ...never, lastSuccessSeconds: 1_800_000_000 };
  expect(unready(aView({ servers: [], serversFile: read }))).toBeNull();
  const servers = [aServerView({ report: aReport() })];
  expect(unready(aView({ servers, serversFile: never }))).toBeNull();
});
