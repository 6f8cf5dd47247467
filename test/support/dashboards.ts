import { readdir, readFile } from "node:fs/promises";
import { z } from "zod";

const datasource = z.object({ type: z.string(), uid: z.string() });

const target = z.looseObject({
  refId: z.string(),
  expr: z.string(),
  datasource,
  legendFormat: z.string(),
  range: z.boolean(),
  instant: z.boolean(),
});

const property = z.object({ id: z.string(), value: z.unknown() });

const panel = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: datasource.optional(),
  targets: z.array(target).optional(),
  fieldConfig: z
    .object({
      defaults: z.looseObject({ unit: z.string().optional() }),
      overrides: z.array(
        z.object({
          matcher: z.object({ id: z.string(), options: z.unknown() }),
          properties: z.array(property),
        }),
      ),
    })
    .optional(),
});

const variable = z.looseObject({
  type: z.string(),
  name: z.string(),
  label: z.string().optional(),
  query: z.union([z.string(), z.object({ query: z.string() })]),
  datasource: datasource.optional(),
  refresh: z.number().optional(),
  multi: z.boolean(),
  includeAll: z.boolean(),
  allValue: z.string().optional(),
});

const link = z.looseObject({ title: z.string(), type: z.string(), url: z.string().optional() });

const annotation = z.looseObject({ name: z.string(), datasource, expr: z.string() });

const dashboard = z.looseObject({
  id: z.null().optional(),
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  editable: z.boolean(),
  refresh: z.string(),
  schemaVersion: z.number(),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({ list: z.array(annotation) }),
  links: z.array(link),
  panels: z.array(panel),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof panel>;

const folder = new URL("../../grafana/dashboards/", import.meta.url);

/** The dashboards that are shipped. */
export async function shippedDashboards(): Promise<readonly Dashboard[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  return Promise.all(
    files.map(async (name) => dashboard.parse(JSON.parse(await readFile(new URL(name, folder), "utf8")))),
  );
}

/** The panels that show something: rows are titles. */
export function panelsOf({ panels }: Dashboard): readonly Panel[] {
  return panels.filter(({ type }) => type !== "row");
}

/** Every expression that a dashboard sends to Prometheus, with the place where it stands. */
export function expressionsOf(
  board: Dashboard,
): readonly { readonly place: string; readonly expr: string; readonly isForPanel: boolean }[] {
  return [
    ...panelsOf(board).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => ({
        place: `${board.title}, ${title}, ${refId}`,
        expr,
        isForPanel: true,
      })),
    ),
    ...board.annotations.list.map(({ name, expr }) => ({
      place: `${board.title}, annotation ${name}`,
      expr,
      isForPanel: false,
    })),
  ];
}

/** What Grafana makes of an expression when everything is chosen. The two ranges are told apart by their lengths. */
export function withValues(expr: string, ranges = { rateInterval: "4m", range: "6h" }): string {
  return expr
    .replaceAll("$__rate_interval", ranges.rateInterval)
    .replaceAll("$__range", ranges.range)
    .replaceAll(/\$(?:job|instance|server)\b/g, ".+")
    .replaceAll(/\$(?:datname|usename|application_name)\b/g, ".*");
}
