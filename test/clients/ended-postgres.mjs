/** What postgres.js sees of the end of its session. */
import postgres from "postgres";

import { applicationName, endOf, play, tell, wait } from "./witness.mjs";

const sql = postgres({
  max: 1,
  connection: { application_name: applicationName },
  onclose: () => tell({ told: "onclose" }),
});

/** A statement of a transaction that is thought to be open. */
async function goOn(session, { pid }) {
  const { state } = await session`SELECT 1`;
  if (state.pid !== pid) throw new Error("it ran in another session, outside the transaction");
}

async function meanwhile() {
  tell({ others: await endOf(() => sql`SELECT 1`) });
}

async function inUse(before = async () => {}) {
  const session = await sql.reserve();
  await session`BEGIN`;
  const { state } = await session`SELECT 1`;
  tell({ pid: state.pid });
  await wait();
  await before();
  tell({ next: await endOf(() => goOn(session, state)) });
  session.release();
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function inBegin(before = async () => {}) {
  const work = sql.begin(async (transaction) => {
    const { state } = await transaction`SELECT 1`;
    tell({ pid: state.pid });
    await wait();
    await before();
    tell({ next: await endOf(() => goOn(transaction, state)) });
  });
  tell({ told: `begin: ${await endOf(() => work)}` });
  await wait();
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
  "in-use": () => inUse(),
  "in-use, others first": () => inUse(meanwhile),
  "in-begin": () => inBegin(),
  "in-begin, others first": () => inBegin(meanwhile),
  "at-rest": atRest,
  running,
});
