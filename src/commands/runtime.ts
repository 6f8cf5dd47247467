/** What a command sees of the process. `main.ts` makes it; nothing else touches `process`. */
export type Runtime = {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** `undefined` where the user id has no name, as in some containers. */
  readonly osUser: string | undefined;
  /** Where PostgreSQL's files of the user lie, such as `.pgpass`; `undefined` where nobody knows. */
  readonly homeFolder: string | undefined;
  readonly versions: { readonly pgleash: string; readonly node: string };
  /** Data goes to standard output, messages to standard error. */
  write(text: string): void;
  writeError(text: string): void;
  /** The size of the terminal behind standard output as it is now, or `undefined` when it is none. */
  terminal(): { readonly columns: number; readonly rows: number } | undefined;
  /** Calls back at each signal until the returned function is called. */
  onSignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP", callback: () => void): () => void;
  /** Ends the process at once, whatever is under way. */
  exit(code: number): never;
};
