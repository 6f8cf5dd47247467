import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { packageOfMajor } from "./package-of-major.ts";

/** Debian's `psql` with one libpq. */
export type Psql = {
  readonly libpq: number;
  /** `named` are the words that name a connection: a string, flags, or none. Runs statements or backslash commands, one after the other, without asking for a password; `undefined` when it cannot connect. */
  run(
    named: readonly string[],
    variables: Readonly<Record<string, string>>,
    commands: readonly string[],
  ): Promise<string | undefined>;
};

/** Where Debian puts the programs: the `psql` in the PATH is a wrapper that guesses at servers of its own. */
const programs = "/usr/lib/postgresql";

/**
 * The installed `psql`, with its own libpq and with the newer one that comes with our PostgreSQL 18. Throws, and says what to install, where
 * it is missing.
 */
export function installedPsql(): readonly Psql[] {
  const majors = existsSync(programs) ? readdirSync(programs).map(Number) : [];
  const program = majors
    .toSorted((one, other) => other - one)
    .map((major) => join(programs, String(major), "bin", "psql"))
    .find((path) => existsSync(path));
  const version = program === undefined ? "" : spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
  const installed = /\) (\d+)/.exec(version)?.[1];
  if (program === undefined || installed === undefined)
    throw new Error("psql is not installed: apt-get install -y postgresql-client");
  const newer = { LD_LIBRARY_PATH: join(packageOfMajor("18"), "native", "lib") };
  return [psqlWith(program, Number(installed), {}), psqlWith(program, 18, newer)];
}

function psqlWith(program: string, libpq: number, loading: Readonly<Record<string, string>>): Psql {
  return {
    libpq,
    async run(named, variables, commands) {
      const words = ["-X", "-w", "-A", "-t", "-q", ...commands.flatMap((command) => ["-c", command])];
      const child = spawn(program, [...words, ...named], {
        env: { LC_ALL: "C", ...loading, ...variables },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const closed = once(child, "close");
      const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      const [code]: unknown[] = await closed;
      if (code === 0) return output;
      // 2 is a connection that did not come about; anything else is a mistake of the test.
      if (code !== 2) throw new Error(`psql ended with ${String(code)}: ${errors}`);
      return undefined;
    },
  };
}
