/** Every process that was asked for. Two that watch one server would otherwise count it twice, and other environments be mixed in. */
const ofProcess = ['job=~"$job"', 'instance=~"$instance"'];

/** A metric of pgleash by its name, of the chosen processes and servers. */
export function selected(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[...ofProcess, 'server=~"$server"', ...matchers].join(",")}}`;
}

/** A metric of the processes themselves, which has no server. */
export function selectedProcesses(metric: string): string {
  return `${metric}{${ofProcess.join(",")}}`;
}

/**
 * What was last seen of a gauge, by server and its other labels. Processes that watch the same server see the same, so
 * the greatest stands for all; a sum over labels has this inside.
 */
export function gauge(
  metric: string,
  labels: readonly string[] = [],
  ...matchers: readonly string[]
): string {
  return `max ${by(["server", ...labels])} (${selected(metric, ...matchers)})`;
}

/** A sum over gauges, by these labels; `labels` are all that the metric has beside the server. */
export function sumOf(
  labelsKept: readonly string[],
  metric: string,
  labels: readonly string[],
  ...matchers: readonly string[]
): string {
  return `sum ${by(labelsKept)} (${gauge(metric, labels, ...matchers)})`;
}

/** How fast a counter grows, per second, around each point of a graph. */
export function rate(labelsKept: readonly string[], metric: string, ...matchers: readonly string[]): string {
  return `sum ${by(labelsKept)} (rate(${selected(metric, ...matchers)}[$__rate_interval]))`;
}

/** By how much a counter grew around each point of a graph. */
export function growth(
  labelsKept: readonly string[],
  metric: string,
  ...matchers: readonly string[]
): string {
  return `sum ${by(labelsKept)} (increase(${selected(metric, ...matchers)}[$__rate_interval]))`;
}

/** By how much a counter grew within the time that the dashboard shows; for tables and single numbers. */
export function total(labelsKept: readonly string[], metric: string, ...matchers: readonly string[]): string {
  return `sum ${by(labelsKept)} (increase(${selected(metric, ...matchers)}[$__range]))`;
}

function by(labels: readonly string[]): string {
  return `by (${labels.join(", ")})`;
}
