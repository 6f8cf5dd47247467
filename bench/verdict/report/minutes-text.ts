/** A time by the fast clock, as people say it: `10.2 min`. */
export function minutesText(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`;
}

/** A share, with two digits: `0.97`; `–` where there is none. */
export function shareText(share: number | null): string {
  return share === null ? "–" : share.toFixed(2);
}
