import {
  effectiveTimeouts,
  optedOut,
  type EffectiveTimeout,
  type TimeoutOrigin,
} from "../advise/effective-timeouts.ts";
import type { TimeoutName, Timeouts } from "../observe/timeouts.ts";

/** A role in a database; `null` is any other. */
export type TimeoutPlace = { readonly usename: string | null; readonly datname: string | null };

type TimeoutJson = {
  readonly name: TimeoutName;
  /** In `unit`; 0 is off, and of `tcp_*` the system's own. Null where it cannot be told. */
  readonly value: number | null;
  readonly unit: string | null;
  readonly from: TimeoutOrigin;
};

/** The timeouts with which sessions of one server begin. */
export type TimeoutsJson = {
  readonly server: string;
  readonly version: number;
  readonly places: readonly (TimeoutPlace & { readonly timeouts: readonly TimeoutJson[] })[];
  /** Places that are not shown, and rows of settings that were not read. */
  readonly places_cut: number;
  readonly settings_cut: number;
  /** Who turned a timeout off that would hold without. */
  readonly opted_out: readonly (TimeoutPlace & { readonly name: TimeoutName })[];
};

const MOST_PLACES = 200;

/** The timeouts of these places, of those with settings of their own, and of everybody else. */
export function timeoutsJson(
  server: string,
  timeouts: Timeouts,
  seen: readonly TimeoutPlace[],
): TimeoutsJson {
  const places = distinct([
    ...seen,
    ...timeouts.settings.map(({ role, database }) => ({ usename: role, datname: database })),
    { usename: null, datname: null },
  ]);
  const shown = places.slice(0, MOST_PLACES);
  const effective = effectiveTimeouts(
    timeouts,
    shown.map(({ usename: role, datname: database }) => ({ role, database })),
  );
  return {
    server,
    version: timeouts.version,
    places: shown.map((place, index) => ({ ...place, timeouts: (effective[index] ?? []).map(timeoutJson) })),
    places_cut: Math.max(0, places.length - MOST_PLACES),
    settings_cut: timeouts.cut,
    opted_out: optedOut(timeouts).map(({ role, database, name }) => ({
      usename: role,
      datname: database,
      name,
    })),
  };
}

function distinct(places: readonly TimeoutPlace[]): readonly TimeoutPlace[] {
  const byKey = new Map(places.map((place) => [JSON.stringify([place.usename, place.datname]), place]));
  return [...byKey.values()];
}

function timeoutJson({ name, value, unit, origin }: EffectiveTimeout): TimeoutJson {
  return { name, value, unit, from: origin };
}
