import { connectionParameters, type ConnectionKeyword } from "./connection-parameters.ts";
import type { FileRead } from "./connection-files.ts";
import { complaint } from "./connection-parts.ts";
import type {
  Complaint,
  ConnectionParts,
  ConnectionProblem,
  GivenPart,
  GivenParts,
  Origin,
} from "./connection-parts.ts";
import { parseServiceFile } from "./service-file.ts";

/** What the process was started with. */
export type Environment = {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** libpq's default user; containers may have none. */
  readonly osUser: string | undefined;
  /** Where libpq looks for `.pgpass`, `.pg_service.conf` and `.postgresql`. */
  readonly homeFolder: string | undefined;
  /** Reads a file of bounded size. */
  readonly readFile: (path: string) => FileRead;
  /** Whether there is such a file, be it readable or not. Reads nothing. */
  readonly exists: (path: string) => boolean;
};

/** An environment that names nothing. */
export const emptyEnvironment: Environment = {
  variables: {},
  osUser: undefined,
  homeFolder: undefined,
  readFile: () => ({ isMissing: true, why: "no such file" }),
  exists: () => false,
};

export type Gathered = { readonly given: GivenParts } | { readonly problems: readonly ConnectionProblem[] };

/** Where Debian's libpq looks for the service file of the system; elsewhere PGSYSCONFDIR names it. */
const SYSTEM_FOLDER = "/etc/postgresql-common";

/**
 * Fills what a connection string left open, in libpq's order: from the service that it or PGSERVICE names, then from the `PG*` variables.
 * Whoever says something empty asks for the default, and the later ones are not asked.
 */
export function gatherParts(parts: ConnectionParts, environment: Environment): Gathered {
  const service = serviceParts(parts.service, environment);
  if ("problem" in service) return { problems: [service.problem] };
  const given: Partial<Record<ConnectionKeyword, GivenPart>> = {};
  for (const { keyword, ...parameter } of connectionParameters) {
    const text = parts[keyword];
    const variable = "variable" in parameter ? parameter.variable : undefined;
    const found =
      text === undefined
        ? (service.parts[keyword] ?? variablePart(variable, environment))
        : { text, origin: string };
    if (found !== undefined) given[keyword] = found;
  }
  // An old spelling, which libpq still obeys where nothing else names the mode.
  if (environment.variables["PGREQUIRESSL"]?.startsWith("1") === true)
    given.sslmode ??= { text: "require", origin: { type: "variable", variable: "PGREQUIRESSL" } };
  return { given };
}

const string: Origin = { type: "string" };

function variablePart(variable: string | undefined, { variables }: Environment): GivenPart | undefined {
  const text = variable === undefined ? undefined : variables[variable];
  return variable === undefined || text === undefined
    ? undefined
    : { text, origin: { type: "variable", variable } };
}

type ServiceParts = { readonly parts: GivenParts } | { readonly problem: ConnectionProblem };

function serviceParts(named: string | undefined, environment: Environment): ServiceParts {
  const { variables, homeFolder, readFile } = environment;
  const service = named ?? variables["PGSERVICE"];
  if (service === undefined) return { parts: {} };
  const own =
    variables["PGSERVICEFILE"] ?? (homeFolder === undefined ? undefined : `${homeFolder}/.pg_service.conf`);
  const paths = [own, `${variables["PGSYSCONFDIR"] ?? SYSTEM_FOLDER}/pg_service.conf`].filter(
    (path) => path !== undefined,
  );
  for (const path of paths) {
    const read = readFile(path);
    const problem = (found: Complaint, line?: number): ServiceParts => {
      return { problem: { ...found, origin: { type: "file", path, line } } };
    };
    if ("why" in read) {
      // Only a file that somebody named must be there.
      if (read.isMissing && path !== variables["PGSERVICEFILE"]) continue;
      return problem(complaint("a service file", read.why));
    }
    const section = parseServiceFile(read.text, service, path);
    if ("complaint" in section) return problem(section.complaint, section.line);
    if (section.parts !== undefined) return { parts: section.parts };
  }
  const origin: Origin = named === undefined ? { type: "variable", variable: "PGSERVICE" } : string;
  const wrong = complaint(
    "a service that a service file defines",
    "another",
    `looked into ${paths.join(" and ")}`,
  );
  return { problem: { ...wrong, origin } };
}
