import type { View } from "../../../bench/verdict/peers/rule.ts";
import type { ActivityRow } from "../../../bench/verdict/recorder/recording.ts";

/** A session of the shop at second 0; a test names only what it is about. */
export function aRow(row: Partial<ActivityRow> = {}): ActivityRow {
  return {
    pid: 1,
    datname: "shop",
    usename: "orders",
    applicationName: "orders",
    backendType: "client backend",
    state: "idle",
    waitEventType: "Client",
    waitEvent: "ClientRead",
    backendStart: 0,
    xactStart: null,
    queryStart: 0,
    stateChange: 0,
    ...row,
  };
}

/** The same rows, seen every ten seconds from second 0 on. */
export function seenFor(
  seconds: number,
  rowsAt: (atSeconds: number) => readonly ActivityRow[],
): readonly View[] {
  return Array.from({ length: seconds / 10 + 1 }, (_, index) => ({
    atSeconds: 10 * index,
    rows: rowsAt(10 * index),
    prepared: [],
  }));
}
