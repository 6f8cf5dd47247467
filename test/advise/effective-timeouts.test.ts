import { expect, test } from "vitest";

import { effectiveTimeouts, optedOut } from "../../src/advise/effective-timeouts.ts";
import type { Timeouts, TimeoutSetting } from "../../src/observe/timeouts.ts";

const name = "statement_timeout";

function setting(role: string | null, database: string | null, value: string): TimeoutSetting {
  return { role, database, name, value };
}

/** A server that gives a minute to whoever has no value of his own. */
function given(...settings: readonly TimeoutSetting[]): Timeouts {
  const server = [{ name, ownValue: "60000", unit: "ms" }] as const;
  return { version: 180_004, server, settings, ownRole: "pgleash", ownDatabase: "postgres", cut: 0 };
}

test("the role in the database comes before the role, the database, all roles and the server", () => {
  const settings = [
    setting("app", "shop", "1s"),
    setting("app", null, "2s"),
    setting(null, "shop", "3s"),
    setting(null, null, "4s"),
  ];
  const at = (from: number, role: string) => {
    const places = [{ role, database: "shop" }];
    return effectiveTimeouts(given(...settings.slice(from)), places)[0]?.[0];
  };
  expect(at(0, "app")).toMatchObject({ value: 1000, origin: "role_in_database", text: "1s" });
  expect(at(1, "app")).toMatchObject({ value: 2000, origin: "role" });
  expect(at(1, "web")).toMatchObject({ value: 3000, origin: "database" });
  expect(at(3, "app")).toMatchObject({ value: 4000, origin: "all" });
  expect(at(4, "app")).toEqual({ name, value: 60_000, unit: "ms", text: null, origin: "server" });
});

test("the server's own value is not known where ours hides it", () => {
  for (const own of [setting("pgleash", null, "9s"), setting(null, "postgres", "9s")]) {
    const [[timeout] = []] = effectiveTimeouts(given(own), [{ role: "app", database: "shop" }]);
    expect(timeout).toMatchObject({ value: null, origin: "server" });
  }
});

test("who turned a timeout off that would hold without has opted out", () => {
  const [role, database] = [setting("etl", null, "0"), setting(null, "dwh", "0s")];
  expect(optedOut(given(role, database, setting("app", "shop", "5s")))).toEqual([role, database]);
  const noServer = { ...given(), server: [{ name, ownValue: "0", unit: "ms" }] } as const;
  expect(optedOut({ ...noServer, settings: [role] })).toEqual([]);
  // It would hold in one of the databases that the role may use.
  expect(optedOut({ ...noServer, settings: [role, setting(null, "dwh", "5s")] })).toEqual([role]);
});
