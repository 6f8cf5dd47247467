import type { LeftOut } from "../record/read-looks.ts";

/** What is said of lines that are no looks; `null` where all are. */
export function unreadableText({ unreadable: { lines, first } }: LeftOut): string | null {
  if (lines === 0) return null;
  return lines === 1
    ? `${first}: this line is no recorded look, and was left out`
    : `${first}: this line is no recorded look, and ${lines - 1} more are none; they were left out`;
}

/** What is said of recordings without a look, or with none at the server that was asked for. */
export function noLookText(
  files: readonly string[],
  server: string | undefined,
  { otherServers }: LeftOut,
): string {
  const none = `no look in ${files.join(", ")}`;
  if (server === undefined || otherServers.length === 0) return none;
  return `${none} is at ${JSON.stringify(server)}, but at ${otherServers.map((name) => JSON.stringify(name)).join(", ")}`;
}
