// A process that ends sessions on paper, until it is killed: it knows what the audit tells, reports orphans, then puts one act
// after another on record, with its outcome. It prints what it was told to be on the disk, one word and one id a line.
import { randomUUID } from "node:crypto";

import { actRecord } from "../../dist/act/act-record.js";
import { openAudit } from "../../dist/act/audit.js";
import { ledgerRecord } from "../../dist/act/ledger-record.js";
import { orphansIn } from "../../dist/act/orphans.js";
import { readAudit } from "../../dist/act/read-audit.js";
import { rebuildLeash } from "../../dist/act/rebuild-leash.js";
import { counted, settled } from "../../dist/decide/count.js";
import { keyOfEpisode } from "../../dist/classify/episode-key.js";

const [path, templateJson] = process.argv.slice(2);
const template = JSON.parse(templateJson);
const server = "main";

const found = await readAudit(path);
if ("problem" in found) throw new Error(found.problem);
let leash = rebuildLeash(found.records, server);
const audit = await openAudit(path, { ledgers: () => [ledgerRecord(server, leash)] });

for (const orphan of orphansIn(found.records)) {
  await must(audit.record({ type: "orphan", ...orphan }));
  say(`orphan ${orphan.id}`);
}
say("started .");

for (;;) {
  const id = randomUUID();
  const backend = { ...template.backend, id: { pid: Math.floor(Math.random() * 4e6), backendStart: id } };
  const episode = { ...template, backend, commentKeys: new Map() };
  const rule = { name: "everything" };
  const holder = { usename: "app", applicationName: "web-1", clientAddr: null };
  const act = {
    type: "act",
    action: "terminate",
    episode,
    rule,
    holder,
    holderSessions: 9,
    applicationSessions: 9,
  };
  leash = counted(leash, act, { nowSeconds: Date.now() / 1000, permits: { isEnforcing: true } });
  await must(audit.record(actRecord(leash.ledger.entries.at(-1), { id, server, episode, leash })));
  say(`intent ${id}`);
  await new Promise((resolve) => setImmediate(resolve)); // here a session would be ended
  leash = settled(leash, act, "terminated");
  const outcome = { type: "outcome", id, server, episode: keyOfEpisode(episode), outcome: "terminated" };
  await must(audit.record({ ...outcome, detail: null, seconds: 0 }));
  say(`outcome ${id}`);
}

function say(words) {
  process.stdout.write(`${words}\n`);
}

async function must(isOnDisk) {
  if (!(await isOnDisk)) throw new Error(`the audit does not work: ${audit.failure()}`);
}
