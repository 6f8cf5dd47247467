/** A place in the configuration: `["servers", 0, "url"]`. */
export type Path = readonly (string | number)[];

/** Something wrong at one place of the file. Its texts never repeat a value that may be a secret. */
export type Mistake = {
  readonly path: Path;
  /** Whether to point at the key or at what stands behind it. */
  readonly at: "key" | "value";
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** What a file says and hardly means, at one place of it. It loads all the same. */
export type FileWarning = Pick<Mistake, "path" | "at"> & { readonly told: string };

/** A place in a file, both counted from 1. */
export type Position = { readonly line: number; readonly column: number };

/** One mistake as its author is told of it. `source` is a file, or `environment`. */
export type ConfigIssue = {
  readonly source: string;
  readonly position: Position | undefined;
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** What loads, and yet is hardly what its author means. */
export type ConfigWarning = Pick<ConfigIssue, "source" | "position" | "path"> & { readonly told: string };

/** `file:line:column: path: expected …, got … (hint)`, without the parts that are not known. */
export function formatIssue(issue: ConfigIssue): string {
  const { path, expected, got, hint } = issue;
  const subject = path === "" ? "" : `${path}: `;
  const advice = hint === undefined ? "" : ` (${hint})`;
  return `${formatPlace(issue)}: ${subject}expected ${expected}, got ${got}${advice}`;
}

/** `file:line:column: warning: path: what is told`. */
export function formatWarning(warning: ConfigWarning): string {
  const subject = warning.path === "" ? "" : `${warning.path}: `;
  return `${formatPlace(warning)}: warning: ${subject}${warning.told}`;
}

function formatPlace({ source, position }: Pick<ConfigIssue, "source" | "position">): string {
  return position === undefined ? source : `${source}:${position.line}:${position.column}`;
}

/** `servers[0].url`. A key that does not look like one is hidden: somebody may have put a URL in its place. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += `${text === "" ? "" : "."}${/^[\w$-]{1,64}$/u.test(step) ? step : "?"}`;
  }
  return text;
}
