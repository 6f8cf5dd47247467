/** An order service on node-postgres, and how it leaks. */
import { setTimeout } from "node:timers/promises";
import { Client, Pool } from "pg";

import { sqlcommenter } from "./sqlcommenter.mjs";
import { goOn, leaked, play } from "./stage.mjs";
import * as statements from "./statements.mjs";

function tagged(sql, route) {
  return sqlcommenter(sql, { db_driver: "pg:8", framework: "express:5.1.0", route });
}

/**
 * It keeps its connections: by default it closes a resting one after 10 s, transaction and all, which would mend a leak of this kind.
 * Somebody may end the sessions from outside: an unheard error event would end the process.
 */
function poolOf({ applicationName }) {
  const pool = new Pool({ application_name: applicationName, max: 2, idleTimeoutMillis: 0 });
  return pool.on("error", () => {}).on("connect", (client) => client.on("error", () => {}));
}

async function connect({ applicationName }) {
  const client = new Client({ application_name: applicationName });
  client.on("error", () => {});
  await client.connect();
  leaked.push(client);
  return client;
}

async function checkout(client) {
  await client.query("BEGIN");
  const { rows } = await client.query(tagged(statements.findAnOrder, "/checkout"), [1]);
  if (rows[0].status !== "paid") return; // neither COMMIT nor release
  await client.query("COMMIT");
  client.release();
}

async function earlyReturn(scene) {
  const client = await poolOf(scene).connect();
  leaked.push(client);
  await checkout(client);
  return [client.processID];
}

async function pay(client) {
  await client.query("BEGIN");
  await client.query(tagged(statements.payAnOrder, "/pay"));
  throw new Error("the payment provider does not answer");
}

async function exceptionBeforeCommit(scene) {
  const client = await poolOf(scene).connect();
  leaked.push(client);
  try {
    await pay(client);
    await client.query("COMMIT");
  } catch {
    client.release(); // into the pool, without a ROLLBACK
  }
  return [client.processID];
}

async function swallowedError(scene) {
  const client = await poolOf(scene).connect();
  leaked.push(client);
  await client.query("BEGIN");
  // "It is there already": but the transaction has failed.
  await client.query(tagged(statements.placeAnOrderTwice, "/orders")).catch(() => {});
  return [client.processID];
}

async function forgottenSecondSession(scene) {
  const pool = poolOf(scene);
  const orders = await pool.connect();
  const audit = await pool.connect();
  leaked.push(audit);
  for (const client of [orders, audit]) {
    await client.query("BEGIN");
    await client.query(tagged(statements.findAnOrder, "/checkout"), [1]);
  }
  await orders.query("COMMIT");
  orders.release(); // and the other one?
  return [audit.processID];
}

async function unreadResult(scene) {
  const client = await connect(scene);
  const begun = client.query(tagged(statements.allPairs, "/export"));
  begun.catch(() => {});
  client.connection.stream.pause(); // whoever was to be sent the rows takes no more
  return [client.processID];
}

async function neverClosed(scene) {
  const pids = [];
  for (let opened = 0; opened < scene.count; opened += 1) {
    const client = await connect(scene);
    await client.query(tagged(statements.placeAnOrder, "/health"));
    pids.push(client.processID);
    await setTimeout(scene.everyMs);
  }
  return pids;
}

async function neverUsed(scene) {
  const client = await connect(scene);
  return [client.processID];
}

async function healthyPool(scene) {
  const pool = poolOf(scene);
  const orderOnce = async (...sql) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      for (const statement of sql) await client.query(tagged(statement, "/orders"));
      await client.query("COMMIT");
    } catch {
      await client.query("ROLLBACK");
    } finally {
      client.release();
    }
  };
  const serve = async () => {
    await orderOnce(statements.payAnOrder, statements.placeAnOrder);
    await orderOnce(statements.placeAnOrderTwice);
  };
  goOn(200, serve);
  goOn(200, serve);
}

async function healthyCursor(scene) {
  const client = await connect(scene);
  goOn(500, async () => {
    await client.query("BEGIN");
    await client.query(tagged(`DECLARE export CURSOR FOR ${statements.ordersToExport}`, "/export"));
    for (let got = 1; got > 0;) got = (await client.query("FETCH 500 FROM export")).rowCount;
    await client.query("COMMIT");
  });
}

async function healthyListener(scene) {
  const client = await connect(scene);
  await client.query("LISTEN orders");
}

async function healthyLockHolder(scene) {
  const client = await connect(scene);
  await client.query(statements.holdTheLock);
}

async function healthySlowReport(scene) {
  const client = await connect(scene);
  goOn(0, () => client.query(tagged(statements.slowReport, "/report")));
}

await play("pg", {
  "early-return": earlyReturn,
  "exception-before-commit": exceptionBeforeCommit,
  "swallowed-error": swallowedError,
  "forgotten-second-session": forgottenSecondSession,
  "unread-result": unreadResult,
  "never-closed": neverClosed,
  "never-used": neverUsed,
  "healthy-pool": healthyPool,
  "healthy-cursor": healthyCursor,
  "healthy-listener": healthyListener,
  "healthy-lock-holder": healthyLockHolder,
  "healthy-slow-report": healthySlowReport,
});
