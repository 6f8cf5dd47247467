import type { ConnectionSettings } from "../postgres/settings.ts";
import type { Schedule, ServerConfig } from "./config.ts";
import { fillExpected, fillMarkers } from "./fill-expected.ts";
import { fillPools } from "./fill-pools.ts";
import { fillOverride, fillThresholds } from "./fill-thresholds.ts";
import type { FileConfig } from "./schema.ts";

/** What a server may say for itself, and the top level for all. */
type FilePlace = Pick<
  FileConfig,
  | "every"
  | "cron"
  | "look_timeout"
  | "quick_every"
  | "detectors"
  | "overrides"
  | "expected"
  | "expect_markers"
  | "pools"
>;

const EVERY_SECONDS = 10;
const LOOK_TIMEOUT_SECONDS = 5;

/** A server with everything filled in that holds for it: what its own `place` says comes before the top level. */
export function resolveServer(
  name: string,
  connection: ConnectionSettings,
  place: FilePlace,
  file: FileConfig,
): ServerConfig {
  const schedule = scheduleOf(place) ?? scheduleOf(file) ?? { everySeconds: EVERY_SECONDS };
  const longestLook = "everySeconds" in schedule ? schedule.everySeconds : LOOK_TIMEOUT_SECONDS;
  const places = [place.detectors, file.detectors];
  const overrides = [...(place.overrides ?? []), ...(file.overrides ?? [])];
  return {
    name,
    connection,
    schedule,
    lookTimeoutSeconds:
      place.look_timeout ?? file.look_timeout ?? Math.min(LOOK_TIMEOUT_SECONDS, longestLook),
    quickEverySeconds: (place.quick_every ?? file.quick_every ?? 0) || null,
    thresholds: {
      defaults: fillThresholds(places),
      overrides: overrides.map((override) => fillOverride(override, places)),
      expected: fillExpected([place.expected, file.expected]),
      markers: fillMarkers([place.expect_markers, file.expect_markers]),
    },
    pools: fillPools([place.pools, file.pools]),
  };
}

function scheduleOf({ every, cron }: Pick<FilePlace, "every" | "cron">): Schedule | undefined {
  if (every !== undefined) return { everySeconds: every };
  return cron === undefined ? undefined : { cron };
}
