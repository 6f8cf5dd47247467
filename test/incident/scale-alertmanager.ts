import { parse, stringify } from "yaml";
import { z } from "zod";

import { parseDuration } from "../../src/config/duration.ts";
import { scaledDuration } from "./scale-duration.ts";

const durations = ["group_wait", "group_interval", "repeat_interval", "resolve_timeout"];

const receivers = z.looseObject({ receivers: z.array(z.looseObject({ name: z.string() })) });

/**
 * A configuration of Alertmanager on a time that runs `factor` times as fast, whose receivers all send to one webhook:
 * routes, grouping and inhibition are its own. Throws when it finds a duration that it does not know.
 */
export function scaleAlertmanager(text: string, factor: number, webhookUrl: string): string {
  const config = receivers.parse(parse(text));
  const sending = config.receivers.map(({ name }) => ({
    name,
    webhook_configs: [{ url: webhookUrl, send_resolved: true }],
  }));
  return stringify(scaled({ ...config, receivers: [] }, factor, "the file", { receivers: sending }));
}

function scaled(
  value: unknown,
  factor: number,
  key: string,
  instead: Readonly<Record<string, unknown>> = {},
): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => scaled(one, factor, key));
  if (typeof value === "object" && value !== null)
    return {
      ...Object.fromEntries(Object.entries(value).map(([name, one]) => [name, scaled(one, factor, name)])),
      ...instead,
    };
  if (typeof value !== "string") return value;
  if (durations.includes(key)) return scaledDuration(value, factor);
  if (parseDuration(value) !== undefined)
    throw new Error(`a duration that cannot be scaled: ${key}: ${value}`);
  return value;
}
