/** The bytes that clients are reading: they stay in memory until the last of their readers is done. */
export type AnswersUnderWay = {
  /**
   * Counts somebody who begins to read these bytes; answers with what to call when they are done. `undefined`: there is no room, and no
   * reader is slow enough to be hung up on for it.
   */
  begin(bytes: Buffer, hangUp: () => void): (() => void) | undefined;
};

export type AnswersUnderWayOptions = {
  readonly mostBytes: number;
  /** So long nobody is hung up on. */
  readonly slowSeconds: number;
  /** A steady clock, in seconds. */
  readonly now: () => number;
};

type Reading = { readonly readers: Set<() => void>; lastBegunSeconds: number };

/**
 * Bounds what slow readers hold. Many may read the same page, which counts once; but each new page may find readers for
 * whom it has to be kept. Where there is no room for another one, whoever still reads the oldest is hung up on.
 */
export function createAnswersUnderWay({
  mostBytes,
  slowSeconds,
  now,
}: AnswersUnderWayOptions): AnswersUnderWay {
  // In the order in which somebody last began to read them.
  const underWay = new Map<Buffer, Reading>();
  let total = 0;

  function forget(bytes: Buffer, reading: Reading): void {
    if (underWay.get(bytes) !== reading) return;
    underWay.delete(bytes);
    total -= bytes.length;
  }

  /** Whether the oldest could be given up. */
  function giveUpOldest(): boolean {
    const [[bytes, reading] = []] = underWay;
    if (bytes === undefined || reading === undefined) return false;
    if (now() - reading.lastBegunSeconds < slowSeconds) return false;
    forget(bytes, reading);
    for (const hangUp of reading.readers) hangUp();
    return true;
  }

  function makeRoomFor(bytes: Buffer): boolean {
    // One alone is let through, however large it is.
    if (underWay.size === 0 || total + bytes.length <= mostBytes) return true;
    return giveUpOldest() && makeRoomFor(bytes);
  }

  return {
    begin(bytes, hangUp) {
      const known = underWay.get(bytes);
      if (known === undefined && !makeRoomFor(bytes)) return undefined;
      const reading = known ?? { readers: new Set(), lastBegunSeconds: 0 };
      forget(bytes, reading);
      reading.lastBegunSeconds = now();
      reading.readers.add(hangUp);
      underWay.set(bytes, reading);
      total += bytes.length;
      return () => {
        reading.readers.delete(hangUp);
        if (reading.readers.size === 0) forget(bytes, reading);
      };
    },
  };
}
