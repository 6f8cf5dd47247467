import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Attempt, AttemptEnd } from "../../../src/postgres/attempts/attempt.ts";
import { connect, type ConnectMeans } from "../../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import { PostgresFailure } from "../../../src/postgres/failure.ts";
import type { AttemptOptions } from "../../../src/postgres/attempts/make-attempt.ts";
import {
  sslModes,
  targetSessionAttributes,
  type ConnectionSettings,
  type ServerAddress,
  type SslMode,
  type TargetSessionAttributes,
} from "../../../src/postgres/settings.ts";
import { aConnection, type ConnectionWishes } from "../../support/a-connection.ts";

/** How a made-up server meets an attempt. `session` is success, if it is what is wanted. */
type Meeting = AttemptEnd | "session";

/** A host: the addresses of its name, or none known; each with how it meets us with TLS and without. */
type Host = readonly { readonly encrypted: Meeting; readonly plain: Meeting }[];

type World = {
  readonly hosts: readonly Host[];
  readonly mode: SslMode;
  readonly wanted: TargetSessionAttributes;
};

const meetings: readonly Meeting[] = [
  "unreachable",
  "tls_failed",
  "login_refused",
  "not_now",
  "unwanted",
  "failed",
  "session",
];

describe("the way over the hosts", () => {
  test("is libpq's, whatever they answer", async () => {
    const meeting = fc.constantFrom(...meetings);
    const plain = fc.constantFrom(...meetings.filter((met) => met !== "tls_failed"));
    const host = fc.array(fc.record({ encrypted: meeting, plain }), { maxLength: 3 });
    const world = fc.record({
      hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
      mode: fc.constantFrom(...sslModes),
      wanted: fc.constantFrom(...targetSessionAttributes),
    });
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { attempts, found } = await walked(given);
        expect({ attempts, found }).toEqual(libpqWalk(given));
      }),
      { numRuns: 2000 },
    );
  });

  const dead = { encrypted: "unreachable", plain: "unreachable" } as const;
  const good = { encrypted: "session", plain: "session" } as const;
  const closed = { encrypted: "login_refused", plain: "login_refused" } as const;
  // Written out by hand from the manual (34.1.1.3) and fe-connect.c.
  test.for<[string, World, readonly string[]]>([
    [
      "the first that answers",
      { hosts: [[dead, dead], [good]], mode: "disable", wanted: "any" },
      ["0.0", "0.1", "1.0"],
    ],
    ["a refused login ends it", { hosts: [[closed], [good]], mode: "require", wanted: "any" }, ["0.0 TLS"]],
    [
      "prefer asks without TLS, then ends",
      { hosts: [[closed], [good]], mode: "prefer", wanted: "any" },
      ["0.0 TLS", "0.0"],
    ],
    [
      "allow asks with TLS",
      { hosts: [[{ encrypted: "session", plain: "login_refused" }]], mode: "allow", wanted: "any" },
      ["0.0", "0.0 TLS"],
    ],
    [
      "one that starts up is left, with all its addresses",
      { hosts: [[{ encrypted: "not_now", plain: "not_now" }, good], [good]], mode: "prefer", wanted: "any" },
      ["0.0 TLS", "1.0 TLS"],
    ],
    [
      "prefer-standby takes the first one the second time",
      {
        hosts: [[{ encrypted: "unwanted", plain: "unwanted" }], [dead]],
        mode: "disable",
        wanted: "prefer-standby",
      },
      ["0.0", "1.0", "0.0"],
    ],
    [
      "a name that nobody knows is passed over",
      { hosts: [[], [good]], mode: "disable", wanted: "any" },
      ["1.0"],
    ],
  ])("%s", async ([, world, attempts]) => {
    expect((await walked(world)).attempts).toEqual(attempts);
  });

  test("is in a random order where that is wanted, hosts and addresses", async () => {
    const hosts = [
      [dead, dead],
      [dead, dead],
    ];
    // Hosts, then the addresses of each.
    const numbers = [0.9, 0.1, 0.2, 0.8, 0.8, 0.2];
    const random = (): number => numbers.shift() ?? 0;
    const world = { hosts, mode: "disable", wanted: "any" } as const;
    const { attempts } = await walked(world, { order: "random" }, random);
    expect(attempts).toEqual(["1.0", "1.1", "0.1", "0.0"]);
  });
});

describe("time", () => {
  const hosts: World["hosts"] = [[deadHost(), deadHost()], [deadHost()], [deadHost()]];

  test("is shared out over the addresses that are known to be left", async () => {
    const { seconds } = await walked({ hosts, mode: "disable", wanted: "any" });
    // 8 s: two addresses and two more hosts; what the first did not use is there for the others.
    expect(seconds.map((each) => Math.round(each * 10) / 10)).toEqual([2, 2.7, 4, 8]);
  });

  test("is not more than connect_timeout for one, nor so much that others get less", async () => {
    const { seconds } = await walked({ hosts, mode: "disable", wanted: "any" }, { connectTimeoutSeconds: 3 });
    expect(seconds.map((each) => Math.round(each * 10) / 10)).toEqual([2, 2.7, 3, 3]);
  });

  test("that is up ends the search", async () => {
    const world: World = { hosts, mode: "disable", wanted: "any" };
    const { attempts } = await walked(world, {}, () => 0, { remainingSeconds: () => 0 });
    expect(attempts).toEqual(["0.0"]);
  });

  test("is not waited for a name service that hangs", async () => {
    const settings = aConnection({ host: "db.example", port: 5432 });
    const means: ConnectMeans = {
      random: () => 0,
      lookUp: () => new Promise(() => undefined),
      makeAttempt: () => Promise.reject(new Error("there is no address")),
    };
    const failure = connect(settings, { deadline: startDeadline(0.05), lookTimeoutSeconds: 1 }, means);
    await expect(failure).rejects.toMatchObject({
      reason: "timeout",
      message: expect.stringMatching(/^no address of db.example within 0.\d s$/),
    });
  });
});

function deadHost(): Host[number] {
  return { encrypted: "unreachable", plain: "unreachable" };
}

type Walked = {
  readonly attempts: readonly string[];
  readonly found: string | null;
  readonly seconds: readonly number[];
};

/** What `connect` does in such a world: its attempts, as `host.address` with or without TLS, and where it ended up. */
async function walked(
  { hosts, mode, wanted }: World,
  wishes: ConnectionWishes = {},
  random = (): number => 0,
  deadline = startDeadline(8),
): Promise<Walked> {
  const attempts: string[] = [];
  const seconds: number[] = [];
  const [first, ...others] = hosts.map((_, index) => ({
    host: `host${index}`,
    hostAddress: undefined,
    port: 5432,
  }));
  if (first === undefined) throw new Error("expected a host");
  const settings = aConnection(first, {
    addresses: [first, ...others],
    sessionAttributes: wanted,
    tls: { mode },
    ...wishes,
  });
  let found: string | null = null;
  const means: ConnectMeans = {
    random,
    async lookUp(name) {
      const addresses = hosts[Number(name.slice(4))] ?? [];
      if (addresses.length === 0) throw Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
      return addresses.map((_, index) => `10.0.0.${index}`);
    },
    async makeAttempt(_: ConnectionSettings, { address, isEncrypted }: Attempt, options: AttemptOptions) {
      const name = nameOf(address, isEncrypted);
      attempts.push(name);
      seconds.push(options.deadline.remainingSeconds());
      const [host, index] = place(address);
      const way = hosts[host]?.[index];
      const met = way?.[isEncrypted ? "encrypted" : "plain"] ?? "failed";
      const end = met === "unwanted" && options.wanted === "any" ? "session" : met;
      if (end === "session") {
        found = name;
        throw new Error("found");
      }
      return { end, isEncrypted, failure: new PostgresFailure("connect", `${name}: ${end}`) };
    },
  };
  await connect(settings, { deadline, lookTimeoutSeconds: 8 }, means).catch((error: unknown) => {
    if (!(error instanceof PostgresFailure) && found === null) throw error;
  });
  return { attempts, found, seconds };
}

function place({ host, hostAddress = "" }: ServerAddress): readonly [host: number, address: number] {
  return [Number(host.slice(4)), Number(hostAddress.slice(7))];
}

function nameOf(address: ServerAddress, isEncrypted: boolean): string {
  return `${place(address).join(".")}${isEncrypted ? " TLS" : ""}`;
}

/** fe-connect.c, PQconnectPoll, with its own variables. */
function libpqWalk({ hosts, mode, wanted }: World): Omit<Walked, "seconds"> {
  const attempts: string[] = [];
  let target: TargetSessionAttributes = wanted;
  let whichHost = -1;
  let whichAddress = 0;
  let tryNextHost = true;
  let tryNextAddress = false;
  let allowSslTry = false;
  let waitSslTry = false;
  for (;;) {
    let isReset = false;
    if (tryNextAddress) {
      if (whichAddress + 1 < (hosts[whichHost]?.length ?? 0)) {
        whichAddress += 1;
        isReset = true;
      } else tryNextHost = true;
      tryNextAddress = false;
    }
    if (tryNextHost) {
      if (whichHost + 1 < hosts.length) whichHost += 1;
      else if (target === "prefer-standby") {
        target = "any";
        whichHost = 0;
      } else return { attempts, found: null };
      if ((hosts[whichHost]?.length ?? 0) === 0) continue;
      whichAddress = 0;
      isReset = true;
      tryNextHost = false;
    }
    if (isReset) {
      allowSslTry = mode !== "disable";
      waitSslTry = mode === "allow";
    }
    const isEncrypted = allowSslTry && !waitSslTry;
    const name = `${whichHost}.${whichAddress}${isEncrypted ? " TLS" : ""}`;
    attempts.push(name);
    const met = hosts[whichHost]?.[whichAddress]?.[isEncrypted ? "encrypted" : "plain"];
    if (met === "session" || (met === "unwanted" && target === "any")) return { attempts, found: name };
    if (met === "unreachable") tryNextAddress = true;
    else if (met === "not_now" || met === "unwanted") tryNextHost = true;
    else if (met === "failed") return { attempts, found: null };
    else if (met === "login_refused" && mode === "allow" && !isEncrypted && allowSslTry && waitSslTry)
      waitSslTry = false;
    else if (mode === "prefer" && isEncrypted && allowSslTry && !waitSslTry) allowSslTry = false;
    else return { attempts, found: null };
  }
}
