import { instantMicros } from "./instant.ts";
import type { Backend, StatementText } from "./snapshot.ts";

/** A statement that was read, and whose it was. */
type Text = {
  readonly backendStart: string;
  readonly queryStart: string;
  readonly statement: StatementText | null;
};

/** The statements of the last look's candidates, by pid: as long as one of them goes on, it is not sent again. */
export type Texts = ReadonlyMap<number, Text>;

/** The statements that the next look need not send. One whose start is hidden may be another one by then. Pure. */
export function textsOf(candidates: readonly Backend[]): Texts {
  return new Map(
    candidates.flatMap(({ id, queryStart, statement }) =>
      queryStart === null
        ? []
        : [[id.pid, { backendStart: id.backendStart, queryStart, statement }] as const],
    ),
  );
}

/** What the server compares: pids, and the starts of their statements in microseconds, as arrays. */
export function textParameters(texts: Texts): readonly [pids: string, queryStarts: string] {
  const starts = [...texts.values()].map(({ queryStart }) => instantMicros(queryStart));
  return [`{${[...texts.keys()].join(",")}}`, `{${starts.join(",")}}`];
}

/** The statement that the server did not send again; `null` where it was of another backend. */
export function keptText(texts: Texts, { pid, backendStart }: Backend["id"]): StatementText | null {
  const text = texts.get(pid);
  return text?.backendStart === backendStart ? text.statement : null;
}
