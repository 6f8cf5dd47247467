import { emptyEnvironment } from "../postgres/naming/connection-environment.ts";
import type { Config } from "../config/config.ts";
import { formatIssue } from "../config/issue.ts";
import { parseConfig } from "../config/parse.ts";
import type { ShopAddress } from "../demo/connect-to-shop.ts";

/** Seconds in place of minutes, so that nobody waits; what a leak looks like is the same. */
export function demoConfigText({ host, port }: ShopAddress): string {
  return `every: 1s
look_timeout: 1s
detectors:
  idle_in_transaction: { suspect_after: 5s, leaked_after: 20s }
  idle_in_transaction_aborted: { suspect_after: 5s, leaked_after: 20s }
  stalled_client: { suspect_after: 8s, leaked_after: 30s }
  stale_active: { suspect_after: 10s, leaked_after: 40s }
  long_transaction: { suspect_after: 12s, leaked_after: 50s }
  pool_overgrown: { suspect_after: 5s, leaked_after: 60s }
pools:
  - { name: orders-api, match: ['application_name="orders-api"'], size: 2, max_overflow: 1 }
servers:
  - { name: demo, url: "postgres://pgleash@/postgres?host=${encodeURIComponent(host)}&port=${port}&sslmode=disable" }
`;
}

/** The configuration that such a text makes, whatever the environment says. */
export function demoConfig(text: string): Config {
  const result = parseConfig({ name: "demo", text }, emptyEnvironment);
  if ("config" in result) return result.config;
  throw new Error(result.issues.map(formatIssue).join("\n"));
}
