/** The rhythm of the evidence is three looks, and a gap is no shorter than one. */
const GAPS_OF_EVIDENCE = 6;

/**
 * Whether what was found out at that time (epoch seconds) is too old to hold now: if it could not be renewed for so long,
 * what it saw may have ended since.
 */
export function hasExpired(foundAtSeconds: number, nowSeconds: number, gapSeconds: number): boolean {
  return nowSeconds - foundAtSeconds > GAPS_OF_EVIDENCE * gapSeconds;
}
