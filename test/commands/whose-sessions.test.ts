import { describe, expect, test } from "vitest";

import type { Holder } from "../../src/classify/holder.ts";
import { whoseSessions } from "../../src/commands/whose-sessions.ts";
import { ownApplicationName } from "../../src/postgres/session.ts";

/** A session of the tests; the name of the run is `run-1`. */
function aHolder(overrides: Partial<Holder> = {}): Holder {
  return {
    datname: "shop_test",
    usename: "shop",
    applicationName: "run-1",
    clientAddr: "10.0.0.1",
    pooledClientAddr: null,
    ...overrides,
  };
}

/** As a prepared transaction has none, and a hidden session no address. */
const nameless = aHolder({ applicationName: null, clientAddr: null });

describe("what is judged, and what may be ours", () => {
  test.for([
    [null, [], aHolder(), true, true],
    [null, [], nameless, true, true],
    [null, [], aHolder({ applicationName: ownApplicationName }), false, false],
    ["run-1", [], aHolder({ applicationName: "run-1 orders" }), true, true],
    ["run-1", [], aHolder({ applicationName: "run-2" }), false, false],
    ["run-1", [], nameless, false, true],
    [null, ['datname="shop_test"', 'usename=~"shop.*"'], nameless, true, true],
    [null, ['datname="shop"'], nameless, false, false],
    [null, ['application_name="run-1"'], nameless, false, true],
    [null, ['client_addr!="10.0.0.9"'], nameless, false, true],
    ["run-1", ['datname="shop"'], nameless, false, false],
  ] as const)("tag %j, matchers %j, %j: %j, %j", ([tag, matchers, holder, isOurs, mayBeOurs]) => {
    const whose = whoseSessions(tag, matchers);
    expect([whose.isOurs(holder), whose.mayBeOurs(holder)]).toEqual([isOurs, mayBeOurs]);
  });
});

describe("where nobody is judged although sessions came", () => {
  test.for([
    [
      "run-1",
      [],
      /begins with run-1: have the driver take PGAPPNAME, .* or name the sessions with --match alone$/,
    ],
    ["run-1", ['datname="shop"'], /see whether --match is right/],
    [null, ['datname="shop"'], /since none matches: see whether --match names/],
  ] as const)("tag %j, matchers %j: %s", ([tag, matchers, told]) => {
    expect(whoseSessions(tag, matchers).whyNobody).toMatch(told);
  });

  test("there is nothing to tell where all are judged", () => {
    expect(whoseSessions(null, []).whyNobody).toBeNull();
  });
});
