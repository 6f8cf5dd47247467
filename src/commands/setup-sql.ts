import { exitCodes, UsageError, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";
import { setupStatements } from "../postgres/setup-statements.ts";

const flags = {
  observe: { type: "boolean", default: false },
  enforce: { type: "boolean", default: false },
} as const;

/** Prints the roles and grants that pgleash needs, and no more. */
export const setupSql: Command = {
  help: `Usage: pgleash setup-sql [--observe|--enforce]

Examples:
  pgleash setup-sql | psql -v ON_ERROR_STOP=1
  pgleash setup-sql --enforce | psql -v ON_ERROR_STOP=1

Prints the SQL that creates the role pgleash, to be run by a superuser, as often as you like. Without pg_signal_backend
pgleash tries to end nobody, whatever its configuration says, and PostgreSQL lets it end no sessions but those of its own
role and of roles that it is a member of: make it a member of none. With --observe the SQL warns of each such role.

  --observe   it may read the statistics (the default); what --enforce granted is taken back
  --enforce   it may end sessions as well, but for those of superusers
`,
  run(runtime, words) {
    const { values } = parseWords(words, flags, 0);
    if (values.observe && values.enforce) throw new UsageError("expected --observe or --enforce, got both");
    runtime.write(setupStatements({ maySignal: values.enforce }));
    return Promise.resolve(exitCodes.ok);
  },
};
