import type { ConnectionKeyword } from "./connection-parameters.ts";

/** What one source said of a connection. What is absent was left open; an empty text asks for the default. */
export type ConnectionParts = Readonly<Partial<Record<ConnectionKeyword, string>>>;

/** What is wrong with a value. Never contains it, because it might be the password. */
export type Complaint = {
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** Where something was said of a connection. `string` is the one that names it: its reader knows where that stands. */
export type Origin =
  | { readonly type: "string" }
  | { readonly type: "variable"; readonly variable: string }
  /** `line` counts from 1. */
  | { readonly type: "file"; readonly path: string; readonly line: number | undefined };

/** Why a connection cannot be made of what was given. */
export type ConnectionProblem = Complaint & { readonly origin: Origin };

/** What was said of a connection, is not used, and does no harm. */
export type ConnectionWarning = { readonly origin: Origin; readonly told: string };

/** What was said of a parameter, and where. */
export type GivenPart = { readonly text: string; readonly origin: Origin };

export type GivenParts = Readonly<Partial<Record<ConnectionKeyword, GivenPart>>>;

export type ReadParts = { readonly parts: ConnectionParts } | { readonly complaints: readonly Complaint[] };

export function complaint(expected: string, got: string, hint?: string): Complaint {
  return { expected, got, hint };
}
