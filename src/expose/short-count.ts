const units = [
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
] as const;

/** A great number as a person reads it: `950`, `1.2k`, `12k`, `1.2M`. Rounded down, so that it never claims too much. */
export function shortCount(count: number): string {
  for (const [unit, size] of units) {
    if (count < size) continue;
    const scaled = count / size;
    return `${scaled < 10 ? (Math.floor(scaled * 10) / 10).toFixed(1) : Math.floor(scaled)}${unit}`;
  }
  return String(Math.floor(count));
}
