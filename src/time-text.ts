/** Seconds since the epoch as people and programs read them: `2026-11-20T08:00:00Z`. */
export function timeText(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}
