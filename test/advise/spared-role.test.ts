import { describe, expect, test } from "vitest";

import { adviceFrom, type RoleAdvice } from "../../src/advise/advice.ts";
import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook } from "../../src/advise/history.ts";
import { privilegedAfter, sparesRoleBy } from "../../src/advise/spared-role.ts";
import { builtInRules } from "../../src/classify/thresholds.ts";
import { parseMatcher, mayMatchAll } from "../../src/config/matcher.ts";
import { protectionLabels } from "../../src/config/matcher-labels.ts";
import { shippedProtections } from "../../src/config/protections.ts";
import type { Protection } from "../../src/decide/policy.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { aTraffic } from "../support/a-traffic.ts";

const watched = { server: "main", ownRole: "watchdog" };

function aProtection(name: string, ...texts: readonly string[]): Protection {
  const matchers = texts.map((text) => {
    const read = parseMatcher(text, protectionLabels);
    if ("problem" in read) throw new Error(text);
    return read.matcher;
  });
  return { name, mayMatch: mayMatchAll(matchers) };
}

function why(usename: string, applicationName: string | null, ...protections: readonly Protection[]) {
  const holders = applicationName === null ? [] : [{ datname: "shop", usename, applicationName }];
  return sparesRoleBy({ protections }, watched)(usename, holders);
}

/** What a role that never idles is told, after a day and more. */
function calmAdvice(usename: string, more: Partial<Backend> = {}): RoleAdvice | undefined {
  const holder = { datname: "shop", usename, applicationName: "job" };
  const { looks } = aTraffic([{ holder, sessions: 3, lengthSeconds: () => 40 }]);
  const sparesRole = sparesRoleBy({ protections: shippedProtections }, watched);
  const judging = { thresholds: builtInRules, isProtected: () => false, sparesRole, pools: noPools };
  const candidates = [aBackend({ ...holder, ...more, state: "active" })];
  const history = looks.reduce((so, recorded) => {
    const look = { ...recorded.look, snapshot: { ...recorded.look.snapshot, candidates } };
    return withLook(so, { ...recorded, look }, judging);
  }, emptyHistory);
  return adviceFrom(history).roles[0];
}

describe("a role of which no idle period was seen", () => {
  test("is advised the shortest timeout of which all is known", () => {
    expect(calmAdvice("cron")?.timeout).toEqual({ type: "advised", seconds: 90 });
  });

  test.for([
    ["backup", {}, "backup_roles protects it, and a server's timeout spares nobody"],
    ["replicator", {}, "replication_roles protects it, and a server's timeout spares nobody"],
    ["watchdog", {}, "pgleash itself uses it"],
    ["postgres", {}, "it is a superuser, as a rule"],
    ["admin", { isSuperuser: true }, "it is a superuser"],
    ["standby", { isReplication: true }, "it is for replication"],
  ] as const)("is told none where it is spared: %s, %j", ([usename, more, reason]) => {
    expect(calmAdvice(usename, more)?.timeout).toEqual({ type: "refused", why: reason });
  });
});

describe("a protection is for a role", () => {
  const protects = expect.stringMatching(/^p protects it/);

  test.for([
    ["by its name", ['usename="nightly"'], protects],
    ["by its name and what is not seen of it", ['usename=~"night.*"', 'application_name="vacuum"'], protects],
    ["by the application of its sessions", ['application_name="job"'], protects],
    ["by their database", ['datname="shop"'], protects],
    ["by their addresses, which nobody knows by now", ['client_addr="10.0.0.1"'], protects],
    ["by not being another", ['usename!="app"'], protects],
    ["not by applications that it was not seen with", ['application_name="pg_dump"'], null],
    ["not by the name of another", ['usename="app"'], null],
    ["not for another database, under any name", ['usename!="app"', 'datname="dwh"'], null],
  ] as const)("%s", ([, texts, reason]) => {
    expect(why("nightly", "job", aProtection("p", ...texts))).toEqual(reason);
  });

  test("whose sessions are not known apart, by its name", () => {
    expect(why("nightly", null, aProtection("p", 'usename="nightly"'))).toEqual(protects);
    expect(why("nightly", null, aProtection("p", 'datname="shop"'))).toBeNull();
  });
});

test("who may do more than others is known of so many roles at most", () => {
  const many = Array.from({ length: 600 }, (_none, index) =>
    aBackend({ usename: `r${index}`, isSuperuser: true }),
  );
  const known = deepFreeze(privilegedAfter(new Map(), many));
  expect(known.size).toBe(500);
  expect(privilegedAfter(known, [aBackend({ isSuperuser: false, isReplication: null })])).toBe(known);
});
