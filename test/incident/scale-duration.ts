import { formatDuration, parseDuration } from "../../src/config/duration.ts";

/** A duration such as `1m30s` on a time that runs `factor` times as fast, to the millisecond. Throws for anything else. */
export function scaledDuration(text: string, factor: number): string {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new Error(`no duration that can be scaled: ${text}`);
  const scaled = seconds / factor;
  if (seconds > 0 && scaled < 0.001) throw new Error(`too short to be scaled by ${factor}: ${text}`);
  return scaled === seconds ? text : formatDuration(scaled);
}

/** A number times `by`, written without the last digits of what binary fractions make of it. Throws for what is no number. */
export function scaledNumber(text: string, by: number): string {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`no number that can be scaled: ${text}`);
  return by === 1 ? text : String(Number((value * by).toPrecision(12)));
}
