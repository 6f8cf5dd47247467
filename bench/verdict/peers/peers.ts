import { awesomeAlerts } from "./awesome-alerts.ts";
import { checkPgactivity } from "./check-pgactivity.ts";
import { cloudNativePg } from "./cloud-native-pg.ts";
import { pgmonitor } from "./pgmonitor.ts";
import { postgresMixin } from "./postgres-mixin.ts";
import { ptKill } from "./pt-kill.ts";
import type { Peer, View } from "./rule.ts";
import { sessionTimeout } from "./session-timeout.ts";

/** What people run instead, in the order of the tables. */
export const peers: readonly Peer[] = [
  postgresMixin,
  cloudNativePg,
  pgmonitor,
  awesomeAlerts,
  checkPgactivity,
  ptKill,
  sessionTimeout,
];

/** When the first rule of a peer fires over these views; `null` if none does. Pure. */
export function peerFiresAt({ rules }: Peer, views: readonly View[]): number | null {
  const times = rules.flatMap((rule) => rule.firesAt(views) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}
