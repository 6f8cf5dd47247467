// The dashboards as ConfigMaps, for the sidecar of a Grafana in Kubernetes: one each, since `kubectl apply` keeps a copy in an
// annotation of 256 KiB at most.
import { Document, Scalar, visit } from "yaml";

const HEADER = `# Generated from grafana/dashboards/ by scripts/generate.mjs. Do not edit. Parsed, not run.
`;

/**
 * The manifest of these dashboards, by the names of their files.
 * @param {Readonly<Record<string, string>>} files
 */
export function dashboardsManifest(files) {
  return HEADER + Object.entries(files).map(asConfigMap).join("---\n");
}

function asConfigMap([name, text]) {
  const manifest = new Document({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `pgleash-dashboard-${name.replace(/\.json$/, "")}`,
      labels: {
        "app.kubernetes.io/name": "pgleash",
        // What the sidecar of the chart kube-prometheus-stack looks for.
        grafana_dashboard: "1",
      },
    },
    // On one line: kept small, and nobody reads it here.
    data: { [`pgleash-${name}`]: JSON.stringify(JSON.parse(text)) },
  });
  visit(manifest.get("data", true), {
    Scalar(key, node) {
      if (key === "value") node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return manifest.toString({ lineWidth: 0 });
}
