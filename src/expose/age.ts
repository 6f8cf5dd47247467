/** An age as a person reads it: `45s`, `12m`, `3h05m`, `2d04h`. */
export function formatAge(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 120) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${padded(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${padded(hours % 24)}h`;
}

/** A time to come, as rough as it is known: `45 s`, `40 min`, `5 h`, `3 days`. */
export function formatSpan(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** The time of day of an epoch: `14:05 UTC`. */
export function formatTimeOfDay(epochSeconds: number): string {
  const minutes = Math.floor(epochSeconds / 60) % 1440;
  return `${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)} UTC`;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}
