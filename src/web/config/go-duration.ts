const unitSeconds: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-9],
  ["us", 1e-6],
  ["µs", 1e-6],
  ["μs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["m", 60],
  ["h", 3600],
]);

const term = /(?<amount>\d+(?:\.\d*)?|\.\d+)(?<unit>ns|us|µs|μs|ms|s|m|h)/y;

/** Reads a duration as Go writes them (`1s`, `1m30s`, `.5h`, `0`); in seconds, or `undefined` when it is none. */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let seconds = 0;
  let end = 0;
  while (end < text.length) {
    term.lastIndex = end;
    const { amount, unit = "" } = term.exec(text)?.groups ?? {};
    const factor = unitSeconds.get(unit);
    if (amount === undefined || factor === undefined) return undefined;
    seconds += Number(amount) * factor;
    end = term.lastIndex;
  }
  return end === 0 ? undefined : seconds;
}
