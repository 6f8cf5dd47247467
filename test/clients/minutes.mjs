/** How long a minute is. What takes hours can so be played faster, all of its times by one factor. */
import { setTimeout } from "node:timers/promises";

const minuteSeconds = Number(process.env.MINUTE_SECONDS ?? "60");

/** So many minutes, in milliseconds. */
export const minutesMs = (count) => 1000 * count * minuteSeconds;

/** Does nothing for so many minutes. */
export const rest = (count) => setTimeout(minutesMs(count));
