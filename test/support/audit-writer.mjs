// A process that ends sessions of a server that is none, until it is killed: it knows what the audit tells, reports orphans, then
// carries out one plan after another. It prints what it was told to be on the disk, one word and one id a line. After
// `moveAfter` words it moves its own file away: so a rotation falls wherever the test wants it.
import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";

import { openAudit } from "../../build/act/audit.js";
import { carryOut } from "../../build/act/carry-out.js";
import { ledgerRecord } from "../../build/act/ledger-record.js";
import { orphansIn } from "../../build/act/orphans.js";
import { readAudit } from "../../build/act/read-audit.js";
import { rebuildLeash } from "../../build/act/rebuild-leash.js";
import { counted } from "../../build/decide/count.js";
import { builtInFloors } from "../../build/decide/policy.js";

const ACTS_A_LOOK = 5;

const [path, templateJson, moveAfter] = process.argv.slice(2);
const template = JSON.parse(templateJson);
const server = "main";
let said = 0;

const found = await readAudit(path);
if ("problem" in found) throw new Error(found.problem);
let leash = rebuildLeash(found.records, server);
const audit = await openAudit(path, { ledgers: () => [ledgerRecord(server, leash)] });

for (const orphan of orphansIn(found.records)) await record({ type: "orphan", ...orphan });
say("started .");

// On this server every signal is sent, and whoever is signalled is gone.
const session = {
  async query(text) {
    await new Promise((resolve) => setImmediate(resolve));
    return {
      rows: [text.includes("pg_terminate_backend") ? { signalled: true } : { session: 0, statement: 0 }],
    };
  },
  isOpen: () => true,
};

const options = {
  server,
  version: 180000,
  policy: { breaker: { futileActs: Infinity, unconfirmedActs: Infinity, windowSeconds: 600 } },
  pollSeconds: 10,
  lookAgeSeconds: () => 0,
  floors: builtInFloors,
  audit: { ...audit, record },
  whyStop: () => Promise.resolve(null),
  remember: (known) => {
    leash = known;
  },
};

for (;;) {
  const before = leash;
  const acts = Array.from({ length: ACTS_A_LOOK }, anAct);
  const situation = { nowSeconds: Date.now() / 1000, permits: { isEnforcing: true } };
  const decided = acts.reduce((known, act) => counted(known, act, situation), before);
  const plan = { decisions: acts, notices: [] };
  const lookSeconds = situation.nowSeconds;
  await carryOut(session, { plan, before, leash: decided }, { ...options, lookSeconds });
}

function anAct() {
  const backendStart = randomUUID();
  const backend = { ...template.backend, id: { pid: Math.floor(Math.random() * 4e6), backendStart } };
  return {
    type: "act",
    action: "terminate",
    episode: { ...template, backend, commentKeys: new Map() },
    rule: { name: "everything", minAgeSeconds: 60, isOpenAt: () => true },
    holder: { usename: "app", applicationName: "web-1", clientAddr: null },
    holderSessions: 9,
    applicationSessions: 9,
  };
}

async function record(one) {
  if (!(await audit.record(one))) throw new Error(`the audit does not work: ${audit.failure()}`);
  say(`${one.type} ${one.id}`);
  return true;
}

function say(words) {
  process.stdout.write(`${words}\n`);
  said += 1;
  if (said === Number(moveAfter)) renameSync(path, `${path}.1`);
}
