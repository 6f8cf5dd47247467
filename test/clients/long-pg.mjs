/** Services on node-postgres whose pools leak slowly, or only look as if they did. */
import { Client, Pool } from "pg";

import { minutesMs, rest } from "./minutes.mjs";
import { goOn, play } from "./stage.mjs";
import * as statements from "./statements.mjs";

function poolOf({ applicationName }, options) {
  const pool = new Pool({ application_name: applicationName, ...options });
  return pool.on("error", () => {}).on("connect", (client) => client.on("error", () => {}));
}

async function connect({ applicationName }) {
  const client = new Client({ application_name: applicationName });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function lentWithTransaction(scene) {
  const pool = poolOf(scene, { max: 1, idleTimeoutMillis: 0 });
  await pool.query("BEGIN"); // on any connection, and the COMMIT was forgotten
  goOn(minutesMs(0.4), () => pool.query(statements.placeAnOrder));
  const { rows } = await pool.query("SELECT pg_backend_pid() AS pid");
  return [rows[0].pid];
}

async function declaredPool(scene) {
  const opened = [];
  const leak = async () => {
    if (opened.length >= 12) return;
    const client = await connect(scene);
    opened.push(client);
    await client.query(statements.placeAnOrder);
  };
  while (opened.length < 6) await leak();
  goOn(minutesMs(4), leak);
  return opened.map(({ processID }) => processID);
}

async function fullPool(scene) {
  const pool = poolOf(scene, { max: 85, idleTimeoutMillis: 0 });
  const wave = () => Promise.all(Array.from({ length: 85 }, () => pool.query("SELECT pg_sleep(0.2)")));
  await wave();
  goOn(minutesMs(3), wave);
}

async function churn(scene) {
  const visit = async () => {
    const client = await connect(scene);
    await client.query(statements.placeAnOrder);
    await client.end();
  };
  for (let visitor = 0; visitor < 3; visitor += 1) goOn(minutesMs(0.1), visit);
}

/** Traffic that rises for 40 minutes and falls for 40. Whoever has nothing to do for a minute is closed. */
async function morning(scene) {
  const pool = poolOf(scene, { max: 30, idleTimeoutMillis: minutesMs(1) });
  for (let visitor = 0; visitor < 30; visitor += 1) {
    const [from, until] = [1 + visitor, 80 - visitor];
    const begunMs = performance.now();
    goOn(0, async () => {
      const minute = ((performance.now() - begunMs) / minutesMs(1)) % 80;
      if (minute >= from && minute < until) await pool.query("SELECT pg_sleep($1)", [minutesMs(0.4) / 1000]);
      await rest(0.1);
    });
  }
}

async function scaledOut(scene) {
  const instances = [];
  goOn(minutesMs(1.5), async () => {
    if (instances.length >= 30) return;
    const client = await connect(scene);
    instances.push(client);
    await client.query(statements.placeAnOrder);
  });
}

async function parallelReport(scene) {
  const client = await connect(scene);
  await client.query("SET min_parallel_table_scan_size = 0");
  await client.query("SET parallel_setup_cost = 0");
  goOn(minutesMs(2), () => client.query("SELECT count(*) FROM numbers WHERE slow(n) IS NULL"));
}

await play("pg", {
  "lent-with-transaction": lentWithTransaction,
  "declared-pool": declaredPool,
  "full-pool": fullPool,
  churn,
  morning,
  "scaled-out": scaledOut,
  "parallel-report": parallelReport,
});
