/** How many series a page has: its lines that are neither empty nor a comment. */
export function seriesOf(page: string): number {
  return page.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

/** The sum of a metric over its series that carry all these labels, each as `name="value"`; 0 where there is none. */
export function sumOf(page: string, metric: string, labels: readonly string[] = []): number {
  const lines = page
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  const matching = lines.filter((line) => labels.every((label) => line.includes(label)));
  return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
