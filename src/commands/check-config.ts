import type { Config } from "../config/config.ts";
import { discoverOnce } from "../discover/discover-once.ts";
import { escapedJson } from "../printable.ts";
import { exitCodes, UsageError, type Command, type ExitCode } from "./command.ts";
import { counted } from "./counted.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";

const flags = {
  "config.file": { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** Says everything that is wrong with a configuration file, at once. */
export const checkConfig: Command = {
  help: `Usage: pgleash check-config FILE [--json]

Examples:
  pgleash check-config pgleash.yml
  pgleash check-config --json pgleash.yml

Says everything that is wrong with a configuration file, and with the servers files that it names, as
file:line:column. Exits with 1 when anything is: also a servers file that is not there, one target of many that is left out, or
no server to watch. A warning is no mistake: the file loads, but hardly does what was meant.

  FILE, --config.file=FILE   the configuration
  --json                     JSON instead of lines
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const [word] = positionals;
    if (word !== undefined && values["config.file"] !== undefined)
      throw new UsageError("expected FILE or --config.file, got both");
    const file = word ?? values["config.file"];
    if (file === undefined) throw new UsageError("expected a FILE: pgleash check-config pgleash.yml");
    const loaded = await load(runtime, file);
    if (!values.json) return await tellChecked(runtime, file, loaded);
    const checked = await check(file, loaded);
    runtime.write(`${escapedJson(checked, 2)}\n`);
    return checked.fine ? exitCodes.ok : exitCodes.failed;
  },
};

type Loaded = { readonly config: Config } | { readonly problems: readonly string[] };

/** Says everything that is wrong with what was loaded, in lines that call it `name`, or that nothing is. */
export async function tellChecked(
  runtime: Pick<Runtime, "write" | "writeError">,
  name: string,
  loaded: Loaded,
): Promise<ExitCode> {
  const checked = await check(name, loaded);
  writeText(runtime, checked);
  return checked.fine ? exitCodes.ok : exitCodes.failed;
}

/** As `--json` prints it: docs/commands.md has the fields. */
type Checked = {
  readonly file: string;
  readonly fine: boolean;
  /** `null` where the file does not load. */
  readonly servers: number | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

async function check(file: string, loaded: Loaded): Promise<Checked> {
  if ("problems" in loaded)
    return { file, fine: false, servers: null, problems: loaded.problems, warnings: [] };
  const { config, problems, missing } = await discoverOnce(loaded.config);
  const warnings = [...config.warnings, ...missing.map((what) => `warning: ${what}`)];
  const servers = config.servers.length;
  const all = servers > 0 ? problems : [...problems, ...missing, `${file}: no server to watch`];
  return { file, fine: all.length === 0, servers, problems: all, warnings };
}

function writeText(
  runtime: Pick<Runtime, "write" | "writeError">,
  { file, fine, servers, problems, warnings }: Checked,
): void {
  for (const line of fine ? warnings : problems) runtime.writeError(`${line}\n`);
  if (!fine) {
    if (servers)
      runtime.writeError(`${file} names ${counted(servers, "server")} to watch in spite of that\n`);
    return;
  }
  const but = warnings.length === 0 ? "is fine" : `loads, with ${counted(warnings.length, "warning")}`;
  runtime.write(`${file} ${but}: ${counted(servers ?? 0, "server")}\n`);
}
