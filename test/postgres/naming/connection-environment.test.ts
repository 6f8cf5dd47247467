import { describe, expect, test } from "vitest";

import { gatherParts, type Environment } from "../../../src/postgres/naming/connection-environment.ts";
import type { ConnectionParts } from "../../../src/postgres/naming/connection-parts.ts";
import { connectionParameters } from "../../../src/postgres/naming/connection-parameters.ts";
import { anEnvironment, home } from "../../support/config-text.ts";

/** What was gathered, as `text (where)` by keyword; or the first problem. */
function gather(parts: ConnectionParts, environment: Environment): Readonly<Record<string, string>> | string {
  const gathered = gatherParts(parts, environment);
  if ("problems" in gathered) {
    const [problem] = gathered.problems;
    return `${JSON.stringify(problem?.origin)}: expected ${problem?.expected}, got ${problem?.got} (${problem?.hint})`;
  }
  return Object.fromEntries(
    Object.entries(gathered.given).map(([keyword, { text, origin }]) => {
      if (origin.type === "string") return [keyword, `${text} (string)`];
      const where = origin.type === "variable" ? origin.variable : `${origin.path}:${origin.line}`;
      return [keyword, `${text} (${where})`];
    }),
  );
}

const own = `${home}/.pg_service.conf`;
const system = "/etc/postgresql-common/pg_service.conf";

describe("a parameter is taken", () => {
  test.for([
    ["from nobody", {}, {}, {}, {}],
    ["from the string", { port: "1" }, { PGPORT: "2" }, {}, { port: "1 (string)" }],
    ["from a string that says nothing", { port: "" }, { PGPORT: "2" }, {}, { port: " (string)" }],
    ["from a variable", {}, { PGPORT: "2" }, {}, { port: "2 (PGPORT)" }],
    ["from a variable that says nothing", {}, { PGPORT: "" }, {}, { port: " (PGPORT)" }],
    [
      "from a service before a variable",
      { service: "s" },
      { PGPORT: "2", PGUSER: "u" },
      { [own]: "[s]\nport=3\ndbname=d" },
      { service: "s (string)", port: `3 (${own}:2)`, dbname: `d (${own}:3)`, user: "u (PGUSER)" },
    ],
    [
      "from a string before a service",
      { service: "s", port: "1" },
      {},
      { [own]: "[s]\nport=3" },
      { service: "s (string)", port: "1 (string)" },
    ],
    [
      "from the service of PGSERVICE",
      {},
      { PGSERVICE: "s" },
      { [own]: "[s]\nport=3" },
      { service: "s (PGSERVICE)", port: `3 (${own}:2)` },
    ],
    [
      "from the service of the string before that of PGSERVICE",
      { service: "t" },
      { PGSERVICE: "s" },
      { [own]: "[s]\nport=3\n[t]\nport=4" },
      { service: "t (string)", port: `4 (${own}:4)` },
    ],
    [
      "from the file of PGSERVICEFILE before that of the home folder",
      { service: "s" },
      { PGSERVICEFILE: "/x" },
      { [own]: "[s]\nport=3", "/x": "[s]\nport=5" },
      { service: "s (string)", port: "5 (/x:2)" },
    ],
    [
      "from the file of the system",
      { service: "s" },
      {},
      { [own]: "[t]", [system]: "[s]\nport=6" },
      { service: "s (string)", port: `6 (${system}:2)` },
    ],
    [
      "from the file of PGSYSCONFDIR",
      { service: "s" },
      { PGSYSCONFDIR: "/y" },
      { [system]: "[s]\nport=6", "/y/pg_service.conf": "[s]\nport=7" },
      { service: "s (string)", port: "7 (/y/pg_service.conf:2)" },
    ],
    ["from PGREQUIRESSL", {}, { PGREQUIRESSL: "1" }, {}, { sslmode: "require (PGREQUIRESSL)" }],
    ["not from PGREQUIRESSL=0", {}, { PGREQUIRESSL: "0" }, {}, {}],
    [
      "from PGSSLMODE before PGREQUIRESSL",
      {},
      { PGREQUIRESSL: "1", PGSSLMODE: "prefer" },
      {},
      { sslmode: "prefer (PGSSLMODE)" },
    ],
  ] as const)("%s", ([, parts, variables, files, gathered]) => {
    expect(gather(parts, anEnvironment(variables, files))).toEqual(gathered);
  });
});

describe("a service is refused", () => {
  const undefinedService = `expected a service that a service file defines, got another (looked into ${own} and ${system})`;

  test.for([
    [
      "that no file defines",
      { service: "s" },
      {},
      { [own]: "[t]" },
      `{"type":"string"}: ${undefinedService}`,
    ],
    [
      "that PGSERVICE names and no file defines",
      {},
      { PGSERVICE: "" },
      {},
      `{"type":"variable","variable":"PGSERVICE"}: ${undefinedService}`,
    ],
    [
      "when there is no file of PGSERVICEFILE",
      { service: "s" },
      { PGSERVICEFILE: "/x" },
      { [own]: "[s]" },
      '{"type":"file","path":"/x"}: expected a service file, got no such file (undefined)',
    ],
    [
      "when its file has a mistake",
      { service: "s" },
      {},
      { [own]: "[s]\nservice=t" },
      `{"type":"file","path":"${own}","line":2}: expected no service within a service, got one (undefined)`,
    ],
  ] as const)("%s", ([, parts, variables, files, told]) => {
    expect(gather(parts, anEnvironment(variables, files))).toBe(told);
  });

  test("when its file cannot be read", () => {
    const environment = {
      ...anEnvironment(),
      readFile: () => ({ isMissing: false, why: "permission denied" }),
    };
    expect(gather({ service: "s" }, environment)).toContain("expected a service file, got permission denied");
  });

  test("but a file is not missed in a home folder that nobody knows", () => {
    const environment = { ...anEnvironment({}, { [system]: "[s]\nport=6" }), homeFolder: undefined };
    expect(gather({ service: "s" }, environment)).toEqual({ service: "s (string)", port: `6 (${system}:2)` });
  });
});

const withVariable = connectionParameters.flatMap((parameter) =>
  "variable" in parameter ? [parameter] : [],
);

test.for(withVariable.filter(({ keyword }) => keyword !== "service"))(
  "$variable stands for $keyword",
  ({ keyword, variable }) => {
    expect(gather({}, anEnvironment({ [variable]: "x" }))).toEqual({ [keyword]: `x (${variable})` });
  },
);
