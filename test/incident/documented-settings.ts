import { readFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";

import type { Config } from "../../src/config/config.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

const file = z.looseObject({
  overrides: z.array(z.unknown()),
  policy: z.looseObject({}),
  servers: z.array(z.looseObject({ name: z.string() })),
});

/** `watching` is `config/production.yml`; the other two are what `docs/incident.md` changes in it, by the titles there. */
export const settings = {
  watching: null,
  leaking: "An application that is known to leak",
  incident: "In the incident",
} as const;

export type Settings = keyof typeof settings;

/** What differs from one server to the next. */
export type Place = {
  readonly name: string;
  readonly socketFolder: string;
  readonly port: number;
  readonly auditFile: string;
  readonly pauseFile: string;
};

/** The configuration that the documents tell an operator to write, for one server of our own. */
export async function documentedConfig(which: Settings, place: Place): Promise<Config> {
  const production = file.parse(parse(await read("config/production.yml")));
  const title = settings[which];
  const changed = title === null ? {} : await fencedUnder(title);
  const { overrides = [], policy = {} } = file.partial().parse(changed);
  const { name, socketFolder, port, auditFile, pauseFile } = place;
  const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(socketFolder)}&port=${port}`;
  const whole = {
    ...production,
    overrides: [...overrides, ...production.overrides],
    policy: { ...production.policy, ...policy, audit_file: auditFile, pause_file: pauseFile },
    servers: production.servers.slice(0, 1).map((server) => ({ ...server, name, url })),
  };
  return configOf(stringify(whole), anEnvironment());
}

/** The YAML below a title of `docs/incident.md`. */
async function fencedUnder(title: string): Promise<unknown> {
  const [, section = ""] = (await read("docs/incident.md")).split(`\n### ${title}\n`);
  const fence = /^```yaml\n(?<text>.*?)^```$/ms.exec(section)?.groups?.["text"];
  if (fence === undefined) throw new Error(`docs/incident.md has no settings under "${title}"`);
  return parse(fence);
}

function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}
