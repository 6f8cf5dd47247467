/** One page of metrics, as far as it is about servers. */
export type Scrape = {
  readonly tookSeconds: number;
  readonly bytes: number;
  /** Of one metric, by server. */
  readonly of: (metric: string) => ReadonlyMap<string, number>;
};

/** Scrapes the program that serves at this address. */
export async function scrapeOf(address: string): Promise<Scrape> {
  const sinceMs = performance.now();
  const response = await fetch(`${address}/metrics`);
  const page = await response.text();
  return {
    tookSeconds: (performance.now() - sinceMs) / 1000,
    bytes: page.length,
    of: (metric) => {
      const line = new RegExp(String.raw`^${metric}(?:\{server="([^"]*)"\})? (.*)$`, "gmu");
      return new Map([...page.matchAll(line)].map(([, server = "", value]) => [server, Number(value)]));
    },
  };
}

/** Of one metric, over all servers. */
export function sumOf(page: Scrape, metric: string): number {
  return [...page.of(metric).values()].reduce((sum, value) => sum + value, 0);
}
