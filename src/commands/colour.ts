import { styleText } from "node:util";

type Asked = {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  /** `--no-color` makes it false. */
  readonly isFlagged: boolean;
};

/** Whether colours are wanted: by the flag, then by FORCE_COLOR, NO_COLOR and TERM, then by whether a person looks on. */
export function wantsColour({ variables, isTerminal, isFlagged }: Asked): boolean {
  const { FORCE_COLOR: forced = "", NO_COLOR: refused = "", TERM: terminal } = variables;
  if (!isFlagged) return false;
  if (forced !== "") return forced !== "0" && forced !== "false";
  return refused === "" && terminal !== "dumb" && isTerminal;
}

const styles = { ok: "green", warning: "yellow", failed: "red" } as const;

/** A status in the colour that everybody expects, or as it is. */
export function painted(text: string, status: keyof typeof styles, isColoured: boolean): string {
  // Whether there is a terminal was decided before: the function is not to decide anew.
  return isColoured ? styleText(styles[status], text, { validateStream: false }) : text;
}
