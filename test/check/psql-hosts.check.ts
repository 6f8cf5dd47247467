import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import type { ServerAddress, TargetSessionAttributes } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { installedPsql } from "../support/a-psql.ts";
import { listen, refuse, type Listener } from "../support/fake-postgres.ts";
import { freePort } from "../support/free-port.ts";
import { startServer } from "../support/real-postgres.ts";
import { startStandby } from "../support/standby.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const kinds = [
  "dead",
  "unknown",
  "starting up",
  "full",
  "hangs up",
  "babbles",
  "primary",
  "standby",
] as const;

type Kind = (typeof kinds)[number];

let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres;
const listeners: Listener[] = [];
let places: Readonly<Record<Kind, ServerAddress>>;

beforeAll(async () => {
  primary = await startServer("18");
  standby = await startStandby(primary, "18");
  for (const greet of [
    (socket) => refuse(socket, "57P03", "the database system is starting up"),
    (socket) => refuse(socket, "53300", "sorry, too many clients already"),
    (socket) => void socket.once("data", () => socket.end()),
    (socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
  ] satisfies Parameters<typeof listen>[0][])
    listeners.push(await listen(greet));
  const [startingUp, full, hangsUp, babbles] = listeners.map(({ port }) => place("127.0.0.1", port));
  if (startingUp === undefined || full === undefined || hangsUp === undefined || babbles === undefined)
    throw new Error("expected four listeners");
  places = {
    dead: place("127.0.0.1", await freePort()),
    unknown: place("nowhere.invalid", 5432),
    "starting up": startingUp,
    full,
    "hangs up": hangsUp,
    babbles,
    primary: place(primary.socketFolder, primary.port),
    standby: place(standby.socketFolder, standby.port),
  };
});
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  await standby.remove();
  await primary.remove();
});

type Course = { readonly hosts: readonly Kind[]; readonly wanted: TargetSessionAttributes };

const servers = ["primary", "standby"] as const;

/** Anything before a server that would do, and before one that would not. */
const courses: readonly Course[] = kinds.flatMap((first) =>
  servers.flatMap((then) =>
    (["any", "primary", "read-only", "prefer-standby"] as const).map((wanted) => {
      return { hosts: [first, then], wanted };
    }),
  ),
);

describe.each(installedPsql())(
  "with several hosts psql with libpq $libpq and pgleash end up at the same",
  (psql) => {
    test.for(courses)("$hosts $wanted", async ({ hosts, wanted }) => {
      const [first, ...others] = hosts.map((kind) => places[kind]);
      if (first === undefined) throw new Error("expected a host");
      const addresses = [first, ...others] as const;
      const words = [
        `host=${addresses.map(({ host }) => host).join(",")}`,
        `port=${addresses.map(({ port }) => port).join(",")}`,
        `user=postgres dbname=postgres target_session_attrs=${wanted} connect_timeout=5`,
      ];
      const theirs = await psql.run([words.join(" ")], {}, ["SELECT pg_is_in_recovery()"]);
      const expected = theirs === undefined ? "refused" : theirs.trim() === "t" ? "standby" : "primary";

      const settings = aConnection(first, {
        addresses: [first, ...others],
        user: "postgres",
        sessionAttributes: wanted,
        tls: { mode: "prefer" },
      });
      const options = { deadline: startDeadline(20), lookTimeoutSeconds: 20 };
      const ours = await connect(settings, options).catch((error: unknown) => {
        if (error instanceof PostgresFailure) return undefined;
        throw error;
      });
      await ours?.session.close();
      expect(ours === undefined ? "refused" : ours.probe.standby ? "standby" : "primary").toBe(expected);
    });
  },
);

function place(host: string, port: number): ServerAddress {
  return { host, hostAddress: undefined, port };
}
