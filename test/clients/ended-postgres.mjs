/** What postgres.js sees of the end of its session. */
import postgres from "postgres";

import { applicationName, endOf, play, tell, wait } from "./witness.mjs";

const sql = postgres({
  max: 1,
  onnotice: () => {}, // of a COMMIT where there is no transaction
  connection: { application_name: applicationName },
  onclose: () => tell({ told: "onclose" }),
});

const whoAmI = "SELECT pg_backend_pid() AS pid";

/** The next statement of a transaction that is thought to be open. */
async function goOn(session, pid) {
  const [now] = await session.unsafe(whoAmI);
  if (now.pid !== pid) throw new Error("it ran in another session, outside the transaction");
}

async function meanwhile() {
  tell({ others: await endOf(() => sql`SELECT 1`) });
}

async function inUse(before = async () => {}) {
  const session = await sql.reserve();
  await session`BEGIN`;
  const [{ pid }] = await session.unsafe(whoAmI);
  tell({ pid });
  await wait();
  await before();
  tell({ next: await endOf(() => goOn(session, pid)) });
  session.release();
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function inBegin(before = async () => {}) {
  const lost = new AbortController();
  let goesOn = Promise.resolve();
  const begun = sql.begin((transaction) => {
    goesOn = (async () => {
      const [{ pid }] = await transaction.unsafe(whoAmI);
      tell({ pid });
      await wait();
      const next = async () => {
        await before(lost.signal);
        await goOn(transaction, pid);
      };
      tell({ next: await endOf(next) });
    })();
    return goesOn;
  });
  tell({ told: `begin: ${await endOf(() => begun)}` });
  lost.abort();
  await goesOn;
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function atRest() {
  const { state } = await sql`SELECT 1`;
  tell({ pid: state.pid });
  await wait();
  tell({ next: await endOf(() => sql`SELECT 1`) });
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function running() {
  const { state } = await sql`SELECT 1`;
  tell({ pid: state.pid });
  tell({ next: await endOf(() => sql`SELECT pg_sleep(60)`) });
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

await play({
  "in-use-reserved": () => inUse(),
  "in-use-reserved-others-first": () => inUse(meanwhile),
  "in-use-in-begin": () => inBegin(),
  "in-use-in-begin-others-first": () => inBegin(meanwhile),
  "in-use-in-begin-given-up": () => inBegin(async (lost) => lost.throwIfAborted()),
  "at-rest": atRest,
  running,
});
