/** An order service on postgres.js, and how it leaks. */
import postgres from "postgres";

import { sqlcommenter } from "./sqlcommenter.mjs";
import { goOn, leaked, play } from "./stage.mjs";
import * as statements from "./statements.mjs";

function tagged(sql, route) {
  return sqlcommenter(sql, { db_driver: "postgres:3", framework: "fastify:5.6.0", route });
}

function poolOf({ applicationName }, max = 1) {
  return postgres({ max, onnotice: () => {}, connection: { application_name: applicationName } });
}

/** postgres.js tells the backend's pid with a result only. */
async function pidOf(sql) {
  const { state } = await sql.unsafe("SELECT 1");
  return state.pid;
}

async function exceptionBeforeCommit(scene) {
  const sql = await poolOf(scene).reserve();
  leaked.push(sql);
  await sql.unsafe("BEGIN");
  const { state } = await sql.unsafe(tagged(statements.payAnOrder, "/pay"));
  try {
    throw new Error("the payment provider does not answer");
  } catch {
    sql.release(); // into the pool, without a ROLLBACK
  }
  return [state.pid];
}

async function payAndOrderAgain(sql) {
  const { state } = await sql.unsafe(tagged(statements.payAnOrder, "/pay"));
  await sql.unsafe("SAVEPOINT order_again");
  await sql.unsafe(tagged(statements.placeAnOrderTwice, "/pay")).catch(() => {}); // neither back nor on
  return state.pid;
}

async function savepointError(scene) {
  return new Promise((resolve, reject) => {
    const neverDone = poolOf(scene).begin(async (sql) => {
      resolve([await payAndOrderAgain(sql)]);
      await new Promise(() => {}); // what is awaited here has lost its answer
    });
    leaked.push(neverDone.catch(reject));
  });
}

async function forgottenSecondSession(scene) {
  const pool = poolOf(scene, 2);
  const [orders, audit] = [await pool.reserve(), await pool.reserve()];
  leaked.push(audit);
  const pids = [];
  for (const sql of [orders, audit]) {
    await sql.unsafe("BEGIN");
    const { state } = await sql.unsafe(tagged(statements.findAnOrder, "/checkout"), [1]);
    pids.push(state.pid);
  }
  await orders.unsafe("COMMIT");
  orders.release(); // and the other one?
  return pids.slice(1);
}

async function halfReadCursor(scene) {
  const sql = poolOf(scene);
  const pid = await pidOf(sql);
  const cursor = sql.unsafe(tagged(statements.ordersToExport, "/export")).cursor(100);
  const batches = cursor[Symbol.asyncIterator]();
  await batches.next();
  leaked.push(batches);
  return [pid];
}

async function unfinishedCopy(scene) {
  const sql = poolOf(scene);
  const pid = await pidOf(sql);
  const upload = await sql.unsafe(tagged("COPY uploaded FROM STDIN", "/upload")).writable();
  upload.on("error", () => {}); // somebody ended the session: an unheard error event would end the process
  upload.write("a line\n".repeat(20_000));
  leaked.push(upload); // until there is more, which there never is
  return [pid];
}

async function healthyPool(scene) {
  const pool = poolOf(scene, 2);
  const serve = async () => {
    await pool.begin(async (sql) => {
      await sql.unsafe(tagged(statements.payAnOrder, "/pay"));
      await sql.unsafe(tagged(statements.placeAnOrder, "/orders"));
    });
    const twice = pool.begin((sql) => sql.unsafe(tagged(statements.placeAnOrderTwice, "/orders")));
    await twice.catch(() => {}); // by now it is rolled back
  };
  goOn(200, serve);
  goOn(200, serve);
}

async function healthyCursor(scene) {
  const sql = poolOf(scene);
  goOn(500, async () => {
    await sql.unsafe(tagged(statements.ordersToExport, "/export")).cursor(500, () => {});
  });
}

async function healthyListener(scene) {
  await poolOf(scene).listen("orders", () => {});
}

async function healthyLockHolder(scene) {
  await poolOf(scene).unsafe(statements.holdTheLock);
}

async function healthySlowReport(scene) {
  const sql = poolOf(scene);
  goOn(0, () => sql.unsafe(tagged(statements.slowReport, "/report")));
}

await play("postgres", {
  "exception-before-commit": exceptionBeforeCommit,
  "savepoint-error": savepointError,
  "forgotten-second-session": forgottenSecondSession,
  "half-read-cursor": halfReadCursor,
  "unfinished-copy": unfinishedCopy,
  "healthy-pool": healthyPool,
  "healthy-cursor": healthyCursor,
  "healthy-listener": healthyListener,
  "healthy-lock-holder": healthyLockHolder,
  "healthy-slow-report": healthySlowReport,
});
