import { Short } from "@grafana/grafana-foundation-sdk/units";

import type { Row } from "../dashboard.ts";
import { table } from "../panels/table.ts";
import { timeline } from "../panels/timeline.ts";
import { gauge, selected, sumOf } from "../query.ts";
import { words } from "../words.ts";

/** Of two processes, the one that cannot write its audit is the one to know of. */
const auditWorking = `min by (server) (${selected("pgleash_audit_working")})`;

/** Whether anything may be done at all. */
export const mayItAct: Row = {
  title: "May it act?",
  panels: [
    table({
      title: "Leash by server",
      description:
        "What stands between a decision and a signal. A server whose policy has no rules is not here: nobody is ended on it. A dry run takes no lease. Rules to enforce in a dry run: the flag --enforce is missing, or the last reload failed.",
      span: 24,
      height: 6,
      labels: [{ label: "server", title: "Server" }],
      values: [
        { expr: gauge("pgleash_enforcing"), title: "Mode", unit: Short, words: words.mode },
        {
          expr: ruled(sumOf(["server"], "pgleash_policy_rules", ["mode"], `mode="enforce"`)),
          title: "Rules to enforce",
          unit: Short,
        },
        { expr: gauge("pgleash_lease_held"), title: "Lease", unit: Short, words: words.held },
        { expr: gauge("pgleash_paused"), title: "Paused", unit: Short, words: words.paused },
        { expr: gauge("pgleash_breaker_open"), title: "Breaker", unit: Short, words: words.breaker },
        { expr: auditWorking, title: "Audit", unit: Short, words: words.audit },
        { expr: ruled(privilege("pg_read_all_stats")), title: "Sees all", unit: Short, words: words.granted },
        {
          expr: ruled(privilege("pg_signal_backend")),
          title: "May signal",
          unit: Short,
          words: words.granted,
        },
        { expr: ruled(privilege("superuser")), title: "Superuser", unit: Short, words: words.granted },
        { expr: gauge("pgleash_announced_sessions"), title: "Announced sessions", unit: Short },
      ],
      sortBy: "Server",
    }),
    timeline({
      title: "What stood in the way",
      description: "When each server was paused, its breaker open, or the audit failing.",
      unit: Short,
      span: 24,
      height: 7,
      states: [
        { expr: gauge("pgleash_breaker_open"), legend: "{{server}} breaker open" },
        { expr: gauge("pgleash_paused"), legend: "{{server}} paused" },
        { expr: `1 - ${auditWorking}`, legend: "{{server}} audit failing" },
      ],
      colors: [[1, "red"]],
    }),
  ],
};

function privilege(name: "pg_read_all_stats" | "pg_signal_backend" | "superuser"): string {
  return sumOf(["server"], "pgleash_privilege", ["privilege"], `privilege="${name}"`);
}

function ruled(expr: string): string {
  return `${expr} and on (server) ${gauge("pgleash_enforcing")}`;
}
