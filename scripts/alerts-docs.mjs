// The page that lists what the rule file has.
import { parse } from "yaml";

const INTRODUCTION = `<!-- Generated from alerts/pgleash.rules.yml by scripts/generate.mjs. Do not edit. -->

# Alerts

[\`alerts/pgleash.rules.yml\`](../alerts/pgleash.rules.yml) is for Prometheus 2.42 and newer. Load it, and scrape pgleash at least
every minute, by a job of the name \`pgleash\`, which some of the rules ask for:

\`\`\`yaml
rule_files: [pgleash.rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ["127.0.0.1:9093"] }]
scrape_configs:
  - job_name: pgleash
    scrape_interval: 15s
    static_configs: [{ targets: ["127.0.0.1:19187"] }]
\`\`\`

For the Prometheus operator the same rules are a PrometheusRule,
[\`config/kubernetes/prometheus-rule.yml\`](../config/kubernetes/prometheus-rule.yml).
[\`alerts/alertmanager.yml\`](../alerts/alertmanager.yml) is an example for Alertmanager: who gets which alert, and which alert makes
others superfluous. Each alert has a runbook: what it means, what it costs, how to look closer, what to do.
[How to run their commands](../alerts/runbooks/README.md) on systemd, Docker and Kubernetes is on a page of its own.

| severity | what it asks for |
| --- | --- |
| \`critical\` | Somebody is hurt now, or within the hour, or nobody watches. It wakes a person. |
| \`warning\` | Something leaks or does not work. A ticket for today. |
| \`info\` | Worth knowing. Nobody need do anything. |

What all of them have in common:

- **Names.** The description names server, database, role and application, wherever the metric has them.
- **Two pgleash on one server** say the same thing twice. The rules take the greater, and there is one alert. Servers that share
  a Prometheus need names of their own in the configuration.
- **No flapping.** While nobody can look, the gauges of a server are gone. A gap of up to two minutes does not begin the time in the
  column "for" anew. An alert stays for the time in the column "stays" after it was last seen to hold, and then ends, although nobody
  knows whether it is over. Two hold for an hour while the looks fail: \`PgleashSlotsUsedUp\`, and \`PgleashSuspectBlocksOthers\` for blocked
  sessions. Look whether \`PgleashServerNotWatched\` fires before you believe that something is over.
- **Looks that fail now and then** have an alert of their own, from a fifth of them on; from half of them on nobody watches.
- **A server that drops out**, with its process, its target or its configuration, is missed for a day after it was last known.
- **One cause, one alert.** \`PgleashLeaseHeldByNobody\`, \`PgleashEnforceFlagMissing\` and \`PgleashEnforcingStopped\` leave out by their
  own expression what another alert tells already, so that it holds without Alertmanager. The rest stands in \`alertmanager.yml\`.
- **Forecasts** go by the lower bound of their 90 % interval, the soonest end that is likely: somebody must be there before it. Leak
  rates go by the lower bound as well: it leaks at least that fast.
- **Tests.** Each has cases in [\`alerts/tests/\`](../alerts/tests/): it fires, does not fire just below, does not flap, resolves. No
  number of a rule can be off by a tenth, no time be halved or doubled, and no comparison, matcher, maximum or bridge be another, without
  one of them failing.

Other numbers than these fit other servers: copy the file and change it.`;

const titles = new Map([
  ["pgleash-names", "By names that teams may have already"],
  ["pgleash-leaks", "Leaks, and what they cost"],
  ["pgleash-slots", "Pools and slots"],
  ["pgleash-watch", "The watch"],
  ["pgleash-leash", "The leash"],
]);

/**
 * The text of `docs/alerts.md`.
 * @param {string} rules the text of the rule file
 */
export function alertsDocs(rules) {
  const sections = parse(rules).groups.map(section);
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

function section({ name, rules }) {
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  const records = rules.filter(({ record }) => record !== undefined);
  return [
    `## ${titles.get(name) ?? name}`,
    table(
      ["Alert", "Severity", "Summary", "For", "Stays"],
      alerts.map((rule) => [
        `[\`${rule.alert}\`](../alerts/runbooks/${rule.alert}.md)`,
        `\`${rule.labels.severity}\``,
        rule.annotations.summary,
        rule.for === "0s" ? "at once" : rule.for,
        rule.keep_firing_for,
      ]),
    ),
    ...(records.length === 0 ? [] : [recorded(records)]),
  ].join("\n\n");
}

function recorded(rules) {
  const lines = rules.map(({ record, expr }) => `# ${record}\n${expr}`);
  return `Recorded beside them:\n\n\`\`\`promql\n${lines.join("\n\n")}\n\`\`\``;
}

function table(columns, rows) {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
