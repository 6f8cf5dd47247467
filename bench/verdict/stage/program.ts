import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Lifetime } from "../../lifetime.ts";
import { repositoryRoot } from "../../repository-root.ts";
import type { Part } from "./cast.ts";
import { DATABASE, type Place } from "./place.ts";

/** What a program says of a scenario once it stands. */
export type Standing = {
  /** In seconds since the epoch. */
  readonly atSeconds: number;
  /** The sessions that it leaked; `null` where a pooler stands in between, whose sessions have other pids. */
  readonly pids: readonly number[] | null;
};

/** A program that plays, and what it has said so far. */
export type Playing = {
  readonly part: Part;
  /** By application name. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** Resolves once it has loaded, and waits for its cue. */
  readonly loaded: Promise<void>;
  cue(): void;
  /** Resolves once all of its scenarios stand, but for those that forget connections as they go. Throws where it ends before. */
  readonly stands: Promise<void>;
  /** Why it ended by itself; `null` while it runs. */
  failure(): string | null;
};

/** Debian's packages are there for Debian's Python, whatever `python3` means to the PATH. */
const PYTHON = "/usr/bin/python3";
const KEPT_CHARACTERS = 4000;

/** Starts it; it ends with the lifetime. */
export function startProgram(lifetime: Lifetime, part: Part, place: Place): Playing {
  const file = join(repositoryRoot(), "test", "clients", part.file);
  const [program, words] = file.endsWith(".py") ? [PYTHON, ["-B", file]] : [process.execPath, [file]];
  const child = spawn(program, [...words, ...part.scenarios, ...paceOf(part, place)], {
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      PGHOST: place.host,
      PGPORT: String(place.port),
      PGUSER: part.usename,
      PGDATABASE: DATABASE,
      ON_CUE: "yes",
      MINUTE_SECONDS: String(place.minuteSeconds),
    },
    // Its standard input ends with this process, and then it ends, too.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const standing = new Map<string, Standing>();
  let [said, hasEnded] = ["", false];
  const gone = once(child, "exit").catch(() => undefined);
  const exited = once(child, "close").then(
    ([code]: unknown[]) => `ended with ${String(code)}`,
    (error: unknown) => String(error),
  );
  child.stdin.on("error", () => undefined); // it may be over before its input is
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT_CHARACTERS);
  });
  lifetime.owns(async () => {
    hasEnded = true;
    child.kill("SIGTERM");
    await gone;
  });
  let failure: string | null = null;
  const ended = exited.then((end): never => {
    if (!hasEnded) failure = `${part.file} ${end}: ${said.trim()}`;
    throw new Error(failure ?? "it was ended");
  });
  const lines = createInterface({ input: child.stdout });
  const loaded = Promise.race([once(lines, "line").then(() => undefined), ended]);
  const allStand = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const ready = readyLine(line);
      if (ready !== null) {
        const pids = part.through === "PgBouncer" ? null : ready.pids;
        standing.set(ready.applicationName, { atSeconds: Date.now() / 1000, pids });
      }
      if (standing.size === part.scenarios.length || part.forgets !== undefined) resolve();
    });
  });
  const stands = Promise.race([allStand, ended]);
  for (const promise of [loaded, stands]) promise.catch(() => undefined); // who waits is told
  return { part, standing, loaded, cue: () => void child.stdin.write("\n"), stands, failure: () => failure };
}

function paceOf({ forgets }: Part, { minuteSeconds }: Place): readonly string[] {
  if (forgets === undefined) return [];
  const everyMs = Math.round(1000 * forgets.everyMinutes * minuteSeconds);
  return ["--count", String(forgets.count), "--every-ms", String(everyMs)];
}

/** `null` of a line that says something else. */
function readyLine(
  line: string,
): { readonly applicationName: string; readonly pids: readonly number[] } | null {
  const said: unknown = JSON.parse(line);
  if (typeof said !== "object" || said === null || !("application_name" in said)) return null;
  const pids = "pids" in said && Array.isArray(said.pids) ? said.pids.map(Number) : [];
  return { applicationName: String(said.application_name), pids };
}
