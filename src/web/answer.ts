/** What a request is answered with, before it becomes bytes. */
export type Answer = {
  readonly status: number;
  /** The media type; plain text when absent. */
  readonly type?: string;
  /** A text, or the bytes of a page: whoever asks for it gets the same ones until something changes, so they are compressed once. */
  readonly body: string | Buffer;
  /** What this answer says beside what all do. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection ends with it. */
  readonly isLast?: boolean;
};

/** A refusal in one line of plain text. */
export function refusal(
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, body: `${reason}\n`, headers };
}
