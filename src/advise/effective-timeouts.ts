import type { ServerTimeout, TimeoutName, Timeouts, TimeoutSetting } from "../observe/timeouts.ts";
import { settingValue } from "./setting-value.ts";

/** Where a value comes from, from strong to weak. `all` is `ALTER ROLE ALL`. */
export const timeoutOrigins = ["role_in_database", "role", "database", "all", "server"] as const;

export type TimeoutOrigin = (typeof timeoutOrigins)[number];

/** What a session of a role in a database starts with. */
export type EffectiveTimeout = {
  readonly name: TimeoutName;
  /** In `unit`; 0 is off, or the system's own value for `tcp_*`. `null` where it cannot be told. */
  readonly value: number | null;
  readonly unit: string | null;
  /** As it was written, where it was given. */
  readonly text: string | null;
  readonly origin: TimeoutOrigin;
};

type Place = { readonly role: string | null; readonly database: string | null };

/**
 * The timeouts that a session of this role in this database starts with, of those that the server knows. What the client asks for
 * when it connects, and what a session SETs itself, comes before all of them, and nobody else can see it. Membership in a
 * role passes on no setting. `null` is one without settings of its own. PostgreSQL: `process_settings`, `GucSource`. Pure.
 */
export function effectiveTimeouts(
  timeouts: Timeouts,
  places: readonly Place[],
): readonly (readonly EffectiveTimeout[])[] {
  const given = byPlace(timeouts.settings);
  const hidden = hiddenNames(timeouts, given);
  return places.map((place) =>
    timeouts.server.map((server) => effectiveAt(place, server, { given, hidden })),
  );
}

type Given = ReadonlyMap<string, TimeoutSetting>;

function byPlace(settings: readonly TimeoutSetting[]): Given {
  return new Map(settings.map((one) => [keyOf(one, one.name), one]));
}

function keyOf({ role, database }: Place, name: TimeoutName): string {
  return JSON.stringify([name, role, database]);
}

/** Where our own session starts with a value of its own, the server's is hidden behind it. */
function hiddenNames(
  { server, ownRole: role, ownDatabase: database }: Timeouts,
  given: Given,
): ReadonlySet<TimeoutName> {
  const names = server.map(({ name }) => name);
  return new Set(names.filter((name) => strongest({ role, database }, name, given) !== null));
}

type Known = { readonly given: Given; readonly hidden: ReadonlySet<TimeoutName> };

function effectiveAt(
  place: Place,
  { name, ownValue, unit }: ServerTimeout,
  { given, hidden }: Known,
): EffectiveTimeout {
  const found = strongest(place, name, given);
  if (found !== null) {
    const { value: text, origin } = found;
    return { name, value: settingValue(text, unit), unit, text, origin };
  }
  const value = hidden.has(name) ? null : settingValue(ownValue, unit);
  return { name, value, unit, text: null, origin: "server" };
}

function strongest(
  { role, database }: Place,
  name: TimeoutName,
  given: Given,
): (TimeoutSetting & { readonly origin: TimeoutOrigin }) | null {
  const places = [
    { role, database, origin: originOf({ role, database }) },
    { role, database: null, origin: originOf({ role, database: null }) },
    { role: null, database, origin: originOf({ role: null, database }) },
    { role: null, database: null, origin: "all" as const },
  ];
  for (const { origin, ...place } of places) {
    const found = given.get(keyOf(place, name));
    if (found !== undefined) return { ...found, origin };
  }
  return null;
}

function originOf({ role, database }: Place): TimeoutOrigin {
  if (role !== null) return database === null ? "role" : "role_in_database";
  return database === null ? "all" : "database";
}

/** Timeouts of which 0 means that nothing is ever ended: of the others it means the system's own value. */
const endings: ReadonlySet<TimeoutName> = new Set([
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
]);

/** Who turned a timeout off that would hold without: roles, databases, roles in a database. Pure. */
export function optedOut(timeouts: Timeouts): readonly TimeoutSetting[] {
  const given = byPlace(timeouts.settings);
  const hidden = hiddenNames(timeouts, given);
  const databases = [...new Set([null, ...timeouts.settings.map(({ database }) => database)])];
  return timeouts.settings.filter((one) => {
    const server = timeouts.server.find(({ name }) => name === one.name);
    if (server === undefined || !endings.has(one.name) || settingValue(one.value, server.unit) !== 0)
      return false;
    const without = new Map(given);
    without.delete(keyOf(one, one.name));
    // What is given to a role comes before what is given to any of the databases that it may use.
    const places = one.role !== null && one.database === null ? databases : [one.database];
    return places.some((database) => {
      const { value } = effectiveAt({ role: one.role, database }, server, { given: without, hidden });
      return value !== null && value > 0;
    });
  });
}
