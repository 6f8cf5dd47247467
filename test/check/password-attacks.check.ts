import { Agent } from "node:http";

import { hash } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startAttacked, type Asked, type AttackedProgram } from "../support/attacked-program.ts";
import { endure, expectCalm, type Ordeal } from "../support/endure.ts";
import { ordealBy } from "../support/under-attack.ts";
import { waitFor } from "../support/wait-for.ts";

let attacked: AttackedProgram;

beforeAll(async () => {
  attacked = await startAttacked();
});

afterAll(() => attacked.stop());

describe("with passwords", () => {
  /** The costs of their hashes are not the same. */
  const costs = { alice: 5, bob: 8, carol: 8 };

  beforeAll(async () => {
    const lines = Object.entries(costs).map(
      async ([user, cost]) => `  ${user}: "${await hash("secret", cost)}"\n`,
    );
    await attacked.folder.write("web.yml", `basic_auth_users:\n${(await Promise.all(lines)).join("")}`);
    await waitFor("passwords to be asked for", async () => (await attacked.ask("/metrics")).status === 401);
  });

  test("wrong ones take the same time for users that are there and users that are not", async () => {
    const credentials = "bob:secret";
    const endured = await endure(attacked, enumeration, { credentials });
    expectCalm(endured);
    const { alice = [], bob = [], mallory = [], "": nobody = [] } = endured.told;
    const scores = {
      alice: rankSum(alice, mallory),
      bob: rankSum(bob, mallory),
      nobody: rankSum(nobody, mallory),
    };
    process.stdout.write(`user enumeration: scores ${JSON.stringify(scores)}\n`);
    // Beyond 4 standard deviations it is no accident.
    expect(Math.abs(scores.alice)).toBeLessThan(4);
    expect(Math.abs(scores.bob)).toBeLessThan(4);
    // It would be seen: whoever gives no password is answered at once.
    expect(Math.abs(scores.nobody)).toBeGreaterThan(6);
  });

  test("a flood of wrong ones keeps nobody out who knows theirs", async () => {
    const { port, ask } = attacked;
    const credentials = "bob:secret";
    expect((await ask("/metrics", { credentials })).status).toBe(200);
    let stranger: Asked | undefined;
    const newcomer = waitFor("a newcomer", async () => {
      stranger ??= await ask("/metrics", { credentials: "carol:secret" });
      return stranger.status === 200;
    });
    const attack = { name: "passwords", count: 32, localAddress: "127.0.0.2", port };
    const endured = await endure(attacked, ordealBy(attack), { credentials });
    expectCalm(endured);
    await newcomer;
    process.stdout.write(
      `passwords: one that was never seen was checked in ${stranger?.seconds.toFixed(3)} s\n`,
    );
    expect(endured.scrapes.every(({ status }) => status === 200)).toBe(true);
    expect(Object.keys(endured.told.answers).toSorted()).toEqual(["401", "503"]);
  });
});

/** Seconds by user; "" gives no password at all. */
type Samples = Readonly<Record<string, readonly number[]>>;

const enumeration: Ordeal<Samples> = {
  name: "user enumeration",
  async attack() {
    const samples: Record<string, number[]> = { alice: [], bob: [], mallory: [], "": [] };
    const agent = new Agent({ keepAlive: true });
    for (let turn = 0; turn < 60; turn += 1)
      for (const [user, seconds] of Object.entries(samples)) {
        const credentials = user === "" ? {} : { credentials: `${user}:wrong ${turn}` };
        const asked = await attacked.ask("/metrics", { ...credentials, agent });
        expect(asked.status).toBe(401);
        seconds.push(asked.seconds);
      }
    agent.destroy();
    return samples;
  },
  words: (samples) => Object.entries(samples).map(medianOf).join(", "),
};

function medianOf([user, samples]: readonly [string, readonly number[]]): string {
  const seconds = samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0;
  return `${user || "nobody"} ${(1000 * seconds).toFixed(1)} ms`;
}

/** How many standard deviations the ranks of one sample are from where those of an equal one would be (Mann and Whitney). */
function rankSum(one: readonly number[], other: readonly number[]): number {
  const wins = one.reduce((sum, value) => sum + other.filter((rival) => value > rival).length, 0);
  const pairs = one.length * other.length;
  const deviation = Math.sqrt((pairs * (one.length + other.length + 1)) / 12);
  return Math.round((100 * (wins - pairs / 2)) / deviation) / 100;
}

test("looks keep their schedule under handshakes", async () => {
  const { folder, program, ask, port } = attacked;
  await folder.write("web.yml", "tls_server_config: { cert_file: server.crt, key_file: server.key }\n");
  program.kill("SIGHUP");
  const isEncrypted = true;
  await waitFor("encryption", async () => (await ask("/metrics", { isEncrypted })).status === 200);
  const attack = { name: "handshakes", count: 32, processes: 2, port };
  const endured = await endure(attacked, ordealBy(attack), { isEncrypted });
  expectCalm(endured);
  expect(endured.told.opened).toBeGreaterThan(100);
});
