import { alertFiresAt, scalar } from "./alert.ts";
import { groupedBy } from "./grouped.ts";
import { ageOf, greatestOf, type Peer } from "./rule.ts";

const source = "cloudnative-pg/cloudnative-pg, docs/src/samples/monitoring/prometheusrule.yaml";

/** The alerts about sessions that CloudNativePG documents. */
export const cloudNativePg: Peer = {
  name: "CloudNativePG",
  rules: [
    {
      name: "LongRunningTransaction",
      published: "cnpg_backends_max_tx_duration_seconds > 300, for 1m",
      source,
      names: "role and application",
      firesAt: (views) =>
        alertFiresAt(views, {
          // By datname, usename, application_name and state; rows without a role or with another state are left out.
          vectorOf: (view) => {
            const rows = view.rows.filter(({ usename, state }) => usename !== null && state !== null);
            const groups = groupedBy(rows, ({ datname, usename, applicationName, state }) =>
              JSON.stringify([datname, usename, applicationName, state]),
            );
            return new Map(
              [...groups].map(([labels, found]) => [
                labels,
                greatestOf(found.map(({ xactStart }) => ageOf(xactStart, view))),
              ]),
            );
          },
          holds: (seconds) => seconds > 300,
          forSeconds: 60,
        }),
    },
    {
      name: "BackendsWaiting",
      published: "cnpg_backends_waiting_total > 300, for 1m",
      source,
      names: "the server",
      firesAt: (views) =>
        alertFiresAt(views, {
          // It counts pairs of who waits and who holds: here, who waits.
          vectorOf: ({ rows }) => scalar(rows.filter(({ waitEventType }) => waitEventType === "Lock").length),
          holds: (count) => count > 300,
          forSeconds: 60,
        }),
    },
  ],
};
