import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";

import { declaredPoolAdvice } from "../../src/advise/pool-advice.ts";
import { noUse } from "../../src/advise/session-use.ts";
import { declaredPoolJson } from "../../src/expose/pool-advice-json.ts";
import { failureReasons } from "../../src/postgres/failure.ts";
import { createAdviceRequests } from "../../src/expose/advice-request.ts";
import { suspectsJson } from "../../src/expose/suspects-json.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { configOf } from "../support/config-text.ts";

let docs = "";

beforeAll(async () => {
  docs = await readFile(new URL("../../docs/api.md", import.meta.url), "utf8");
});

/** The first column of the table under a title. */
function documented(title: string): readonly string[] {
  const [, section = ""] = docs.split(new RegExp(`^#+ ${title}$`, "m"));
  const [own = ""] = section.split(/^#/m);
  return [...own.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name).toSorted();
}

/** Every field that one of these has. */
function served(objects: readonly (object | null)[]): readonly string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object ?? {})))].toSorted();
}

const { servers, suspects, expected } = suspectsJson(aBusyView().servers);
const ofSubject = (name: string) => suspects.filter(({ subject }) => subject === name);
const common = served(ofSubject("backend")).filter((field) =>
  suspects.every((suspect) => Object.hasOwn(suspect, field)),
);
const own = (name: string) => served(ofSubject(name)).filter((field) => !common.includes(field));
const intervals = [
  ...servers.flatMap(({ exhaustions }) => exhaustions.map(({ in_seconds }) => in_seconds)),
  ...suspects.flatMap((suspect) => (suspect.subject === "pool" ? [suspect.leak_rate_per_minute] : [])),
];

const answered = await createAdviceRequests()(
  { servers: aBusyView().servers.slice(0, 1) },
  new URLSearchParams(),
);
const advised: object | null = "page" in answered ? JSON.parse(answered.page.toString()) : null;

const [declared] = configOf(`pools: [{ name: a, match: ['usename="a"'], size: 1 }]`).servers[0]?.pools ?? [];
const pool =
  declared === undefined
    ? null
    : declaredPoolJson(
        declaredPoolAdvice({ pool: declared, use: noUse, untoldLooks: 0 }, { watchedSeconds: 0 }),
      );

test.for([
  { title: "The answer", fields: ["expected", "servers", "suspects"] },
  { title: "A server", fields: served(servers) },
  { title: "A failure", fields: served(servers.map(({ failure }) => failure)) },
  { title: "Slots", fields: served(servers.map(({ slots }) => slots)) },
  { title: "An exhaustion", fields: served(servers.flatMap(({ exhaustions }) => exhaustions)) },
  { title: "A horizon", fields: served(servers.flatMap(({ horizons }) => horizons)) },
  { title: "A declared pool", fields: served(servers.flatMap(({ pools }) => pools)) },
  { title: "A suspect", fields: common },
  { title: "A backend", fields: own("backend") },
  { title: "A prepared transaction", fields: own("prepared_transaction") },
  { title: "A pool", fields: own("pool") },
  { title: "An expected session", fields: served(expected) },
  { title: "An expectation", fields: served(expected.map((session) => session.expected)) },
  { title: "An interval", fields: served(intervals) },
  { title: "A declared pool, advised", fields: served([pool]) },
  { title: "The advice", fields: served([advised]) },
])("docs/api.md has every field of '$title', and no other", ({ title, fields }) => {
  expect(fields.length).toBeGreaterThan(1);
  expect(documented(title)).toEqual(fields);
});

test("docs/api.md has every reason of a failure", () => {
  for (const reason of failureReasons) expect(docs).toContain(`\`${reason}\``);
});
