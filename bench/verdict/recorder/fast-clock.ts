/** A clock that runs `factor` times as fast as the server's, from the same moment on: what it shows is the server's time, stretched. */
export type FastClock = {
  readonly factor: number;
  /** Microseconds since the epoch, by the server's clock, when the two showed the same. */
  readonly originMicros: number;
};

/** What the fast clock shows at a moment of the server's, both in microseconds since the epoch. */
export function fastMicros({ factor, originMicros }: FastClock, micros: number): number {
  return originMicros + (micros - originMicros) * factor;
}

/** The moment of the server's clock at which the fast one shows this: the inverse, exact for what `fastMicros` returned. */
export function serverMicros({ factor, originMicros }: FastClock, shownMicros: number): number {
  return originMicros + Math.round((shownMicros - originMicros) / factor);
}

/** The same in seconds since the epoch. */
export function fastSeconds(clock: FastClock, serverSeconds: number): number {
  return fastMicros(clock, serverSeconds * 1e6) / 1e6;
}
