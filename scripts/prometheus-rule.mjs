// The rules as a PrometheusRule, for the Prometheus operator: the same groups, so that the two cannot differ.
import { parse, stringify } from "yaml";

const HEADER = `# Generated from alerts/pgleash.rules.yml by scripts/generate.mjs. Do not edit. Parsed, not run.
`;

/**
 * The manifest of a rule file.
 * @param {string} rules the text of the file
 */
export function prometheusRule(rules) {
  const manifest = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "pgleash", labels: { "app.kubernetes.io/name": "pgleash" } },
    spec: { groups: parse(rules).groups },
  };
  return HEADER + stringify(manifest, { lineWidth: 0 });
}
