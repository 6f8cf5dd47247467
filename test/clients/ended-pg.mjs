/** What node-postgres sees of the end of its session. */
import { Pool } from "pg";

import { applicationName, endOf, nameOf, play, tell, wait } from "./witness.mjs";

function careless() {
  return new Pool({ application_name: applicationName, max: 1, connectionTimeoutMillis: 2000 });
}

function heedsItsPool() {
  return careless().on("error", (error) => tell({ told: `pool: ${nameOf(error)}` }));
}

function heedsAll() {
  return heedsItsPool().on("connect", (client) =>
    client.on("error", (error) => tell({ told: `client: ${nameOf(error)}` })),
  );
}

async function inUse(pool) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("SELECT 1");
  tell({ pid: client.processID });
  await wait();
  tell({ others: await endOf(() => pool.query("SELECT 1")) });
  tell({ next: await endOf(() => client.query("SELECT 1")) });
  client.release();
  tell({ after: await endOf(() => pool.query("SELECT 1")) });
}

async function atRest(pool) {
  const client = await pool.connect();
  await client.query("SELECT 1");
  const pid = client.processID;
  client.release();
  tell({ pid });
  await wait();
  tell({ next: await endOf(() => pool.query("SELECT 1")) });
  tell({ after: await endOf(() => pool.query("SELECT 1")) });
}

async function running(pool) {
  const client = await pool.connect();
  tell({ pid: client.processID });
  tell({ next: await endOf(() => client.query("SELECT pg_sleep(60)")) });
  tell({ after: await endOf(() => client.query("SELECT 1")) });
}

await play({
  "in-use": () => inUse(heedsAll()),
  "in-use-only-its-pool-heeded": () => inUse(heedsItsPool()),
  "at-rest": () => atRest(heedsItsPool()),
  "at-rest-nothing-heeded": () => atRest(careless()),
  running: () => running(heedsAll()),
});
