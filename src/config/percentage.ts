/** Text such as `5%` or `0.5%`, for the JSON Schema and for `parsePercentage`. */
export const percentagePattern = "^[0-9]{1,3}([.][0-9]{1,2})?%$";

const grammar = new RegExp(percentagePattern, "u");

/** Text such as `5%` as a share, here 0.05; `undefined` when it is no percentage of up to two decimals. */
export function parsePercentage(text: string): number | undefined {
  return grammar.test(text) ? Number(text.slice(0, -1)) / 100 : undefined;
}

/** A share as a percentage, to two decimals: 0.05 is `5%`. */
export function formatPercentage(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
