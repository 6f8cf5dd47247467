import { webConfigWarnings } from "../web/config/web-config-warnings.ts";
import type { WebConfig } from "../web/config/web-config.ts";
import { counted } from "./counted.ts";
import type { Runtime } from "./runtime.ts";

/** Says what a web configuration that loads comes to, and what it does harm with. */
export function tellWebChecked(
  runtime: Pick<Runtime, "write" | "writeError">,
  path: string,
  config: WebConfig,
): void {
  const warnings = webConfigWarnings(config);
  for (const warning of warnings) runtime.writeError(`${path}: warning: ${warning}\n`);
  const but = warnings.length === 0 ? "is fine" : `loads, with ${counted(warnings.length, "warning")}`;
  const tls = config.tls === null ? "no TLS" : "TLS";
  runtime.write(`${path} ${but}: ${tls}, ${counted(config.users.size, "user")}\n`);
}
