import type { Told } from "./webhook.ts";

/** An alert on a server: what was told of it first, when (milliseconds of the epoch), and to whom in all. */
export type FirstTold = {
  readonly alertname: string;
  readonly atMs: number;
  readonly description: string;
  readonly receivers: readonly string[];
};

/** Every alert of which somebody was told that it fires on this server, each once, in the order of their times. */
export function firstToldOf(told: readonly Told[], server: string): readonly FirstTold[] {
  const firing = told.filter(({ status, labels }) => status === "firing" && labels["server"] === server);
  const names = [...new Set(firing.map(({ labels }) => labels["alertname"] ?? ""))];
  return names
    .flatMap((alertname) => {
      const all = firing.filter(({ labels }) => labels["alertname"] === alertname);
      const receivers = [...new Set(all.map(({ receiver }) => receiver))].toSorted();
      return all.slice(0, 1).map(({ atMs, annotations }) => ({
        alertname,
        atMs,
        description: annotations["description"] ?? "",
        receivers,
      }));
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}
