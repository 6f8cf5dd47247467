/** In milliseconds: PostgreSQL's units of time (`GUC_UNIT_TIME`). They are written as here, and in no other case. */
const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const shape = /^\s*(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?<unit>us|ms|s|min|h|d)?\s*$/i;

/**
 * The value of a setting as a number in its own unit (`ms`, `s`, `null` for a count), rounded to a whole one as PostgreSQL rounds it:
 * `100us` is 0 ms, and turns a timeout off. `null` for what PostgreSQL could read and this does not: `0x1F`, say.
 */
export function settingValue(text: string, unit: string | null): number | null {
  const { number, unit: given } = shape.exec(text)?.groups ?? {};
  if (number === undefined) return null;
  const factor = given === undefined ? 1 : timeFactor(given, unit);
  const written = numberAsRead(number);
  return factor === null || written === null ? null : roundHalfEven(written * factor);
}

/** A whole number with a leading zero is octal: `010` is 8 (PostgreSQL, `parse_int`, by strtol()). */
function numberAsRead(number: string): number | null {
  const { sign, digits } = /^(?<sign>[+-]?)0(?<digits>\d+)$/.exec(number)?.groups ?? {};
  if (digits === undefined) return Number(number);
  return /^[0-7]+$/.test(digits) ? Number(`${sign}1`) * Number.parseInt(digits, 8) : null;
}

function timeFactor(given: string, unit: string | null): number | null {
  const [from, to] = [units[given], unit === null ? undefined : units[unit]];
  return from === undefined || to === undefined ? null : from / to;
}

/** As rint(): 2.5 is 2, 3.5 is 4. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** A duration, in seconds, as PostgreSQL and people write it: `90s`, `10min`, `2h`. */
export function writtenDuration(seconds: number): string {
  const fits = (unit: number): boolean => seconds >= unit && seconds % unit === 0;
  if (fits(86_400)) return `${seconds / 86_400}d`;
  if (fits(3600)) return `${seconds / 3600}h`;
  return fits(60) ? `${seconds / 60}min` : `${Math.round(seconds)}s`;
}
