/**
 * The order service of the incident: a pool of 100 on node-postgres, honest requests, and a checkout that leaks the session of
 * every order that is not paid for. It reads commands, one a line (`leak`, `repair`, `stall`, `report`), and writes what
 * it does, one JSON object a line.
 *
 *     node test/clients/orders-api.mjs --honest=8 --leak-every-ms=5000
 */
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client, Pool } from "pg";

import { sqlcommenter } from "./sqlcommenter.mjs";
import * as statements from "./statements.mjs";

const { values } = parseArgs({
  options: { honest: { type: "string" }, "leak-every-ms": { type: "string" } },
});

const THINK_MS = 400;
const PAUSE_MS = 200;
const PAUSE_AFTER_FAILURE_MS = 2000;

const pool = new Pool({
  application_name: "orders-api",
  max: 100,
  idleTimeoutMillis: 0,
  connectionTimeoutMillis: 10_000,
});
// Somebody may end any session at any time: an unheard error event would end the process.
pool.on("error", () => {}).on("connect", (client) => client.on("error", () => {}));

const counts = { served: 0, failed: 0, leaked: 0, refused: 0 };
const starts = new WeakMap();
let isLeaking = false;

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function tagged(sql, route) {
  return sqlcommenter(sql, { db_driver: "pg:8", framework: "express:5.1.0", route });
}

/** A session is a pid and its start: pids come again. */
async function sessionOf(client) {
  if (!starts.has(client)) {
    const { rows } = await client.query(statements.myStart);
    starts.set(client, rows[0].backend_start);
  }
  return { pid: client.processID, backend_start: starts.get(client) };
}

/** A session out of the pool, in a transaction that has read an order. */
async function take(route) {
  const client = await pool.connect();
  try {
    const session = await sessionOf(client);
    await client.query("BEGIN");
    const { rows } = await client.query(tagged(statements.findAnOrder, route), [2]);
    return { client, session, order: rows[0] };
  } catch (error) {
    client.release(error);
    throw error;
  }
}

/** An honest request: whatever happens, its session goes back. */
async function placeOrder() {
  const { client, session } = await take("/orders");
  try {
    tell({ type: "honest", ...session });
    await setTimeout(THINK_MS);
    await client.query(tagged(statements.countTheStock, "/orders"));
    await client.query(tagged(statements.placeAnOrder, "/orders"));
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client.release(error);
    throw error;
  }
}

/** The mistake: who returns early, or throws, neither commits nor gives the session back. */
async function checkout() {
  const { client, session, order } = await take("/checkout");
  // When somebody ends the session, its place in the pool is free again. Nothing else gives it back.
  client.once("error", (error) => client.release(error));
  tell({ type: "leaked", ...session });
  counts.leaked += 1;
  if (order.status !== "paid") {
    if (counts.leaked % 2 === 0) throw new Error("the payment provider does not answer");
    return;
  }
  await client.query("COMMIT");
  client.release();
}

/** An export whose reader hangs: the server waits for it, and no timeout ends that. */
async function stall() {
  const client = new Client({ application_name: "orders-export" });
  client.on("error", () => {});
  await client.connect();
  client.query(tagged(statements.allPairs, "/export")).catch(() => {});
  client.connection.stream.pause();
}

async function serveHonestly() {
  for (;;) {
    try {
      await placeOrder();
      counts.served += 1;
    } catch (error) {
      counts.failed += 1;
      tell({ type: "failed", message: error.message, code: error.code ?? null });
      await setTimeout(PAUSE_AFTER_FAILURE_MS);
    }
    await setTimeout(PAUSE_MS);
  }
}

async function checkOutAgainAndAgain() {
  const everyMs = Number(values["leak-every-ms"]);
  for (let nextMs = performance.now(); ; nextMs += everyMs) {
    await setTimeout(Math.max(0, nextMs - performance.now()));
    if (!isLeaking) continue;
    const before = counts.leaked;
    // Without a free slot there is no session to leak.
    checkout().catch((error) => {
      if (counts.leaked > before) return;
      counts.refused += 1;
      tell({ type: "refused", message: error.message, code: error.code ?? null });
    });
  }
}

const commands = {
  leak: () => (isLeaking = true),
  repair: () => (isLeaking = false),
  stall: () => void stall(),
  report: () => tell({ type: "report", ...counts }),
};
createInterface({ input: process.stdin })
  .on("line", (line) => commands[line]())
  .on("close", () => process.exit(0));

for (let worker = 0; worker < Number(values.honest); worker += 1) void serveHonestly();
void checkOutAgainAndAgain();
