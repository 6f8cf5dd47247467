/**
 * What a number of PromQL is in terms of time: the power of seconds in it (1 for an age, -1 for a rate, 0 for a count), an
 * instant, or alternatives of which each has its own.
 */
export type TimeUnit = number | "an instant" | "mixed units";

/** Units of time that are in names, and are none that we scale. */
const strangers = /_(?:milliseconds|minutes|hours|days)(?:_|$)/;

/** The unit of a metric, by the suffix of its name; Prometheus' base unit of time is the second. Throws for any other unit of time. */
export function unitOfMetric(name: string): TimeUnit {
  if (strangers.test(name) || name.endsWith("_seconds_bucket"))
    throw new Error(`${name}: its time is not in seconds, or stands in a label, and cannot be scaled`);
  if (name.endsWith("_timestamp_seconds")) return "an instant";
  if (name.endsWith("_per_second")) return -1;
  return /_seconds(?:_total|_sum)?$/.test(name) ? 1 : 0;
}
