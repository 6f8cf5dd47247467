/** A text cut off after so many bytes, as a client decodes it that must not fail. */
export type Cut = { readonly bytes: number; readonly shown: string };

/** A text cut off at every byte of its UTF-8 form, the whole one last. */
export function* cuts(text: string): Generator<Cut, void, undefined> {
  const whole = Buffer.from(text);
  for (let bytes = 0; bytes <= whole.length; bytes += 1) {
    yield { bytes, shown: whole.toString("utf8", 0, bytes) };
  }
}
