import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What the installed postgres_exporter says of itself; `null` where there is none. */
export async function exporterVersion(): Promise<string | null> {
  const run = promisify(execFile);
  const said = await run("prometheus-postgres-exporter", ["--version"], { timeout: 10_000 }).catch(
    () => null,
  );
  // Older ones say it on standard error.
  const [first = ""] = `${said?.stdout ?? ""}${said?.stderr ?? ""}`.split("\n");
  return said === null ? null : first.replace(/ \(.*$/, "");
}
