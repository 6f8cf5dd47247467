import { sslModes } from "./settings.ts";

/** libpq's keywords that we read, from a URL or from the environment. */
export const connectionKeywords = [
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "sslmode",
  "sslrootcert",
] as const;

export type ConnectionKeyword = (typeof connectionKeywords)[number];

/** What was said about a connection, each part checked by itself. What is absent was left open. */
export type ConnectionParts = Readonly<Partial<Record<ConnectionKeyword, string>>>;

/** Why a connection cannot be made of what was given. Never contains a value, because it might hold the password. */
export type ConnectionProblem = {
  /** The environment variable at fault; `undefined` is the URL. */
  readonly variable: string | undefined;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
};

/** What is wrong with one part by itself; `undefined` when nothing is. */
export function checkPart(
  keyword: ConnectionKeyword,
  text: string,
  variable: string | undefined,
): ConnectionProblem | undefined {
  const problem = (expected: string, got: string, hint?: string): ConnectionProblem => {
    return { variable, expected, got, hint };
  };
  if (text.includes("\0")) return problem(`${keyword} without a zero byte`, "one");
  if ((keyword === "host" || keyword === "port") && text.includes(",")) {
    return problem(`one ${keyword}`, "several, which is not supported yet", "list each server by itself");
  }
  if (keyword === "port" && !isPort(text)) {
    return problem("a port from 1 to 65535", "something else", "write / in a password as %2F");
  }
  if (keyword === "host" && !/^(?:\/.*|[^\s/@]+)$/su.test(text)) {
    return problem("a host name, an address, or the folder of a Unix socket", "something else");
  }
  if (keyword === "sslmode" && !sslModes.some((mode) => mode === text)) {
    const isAllow = text === "allow";
    return problem(
      `sslmode to be one of ${sslModes.join(", ")}`,
      isAllow ? "allow, which is not supported" : "something else",
      isAllow ? "write prefer" : undefined,
    );
  }
  return undefined;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/u.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
