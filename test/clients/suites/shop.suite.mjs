// A suite that closes what it opens, on node-postgres and postgres.js.
import { Pool } from "pg";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";

const pool = new Pool({ max: 20, application_name: "vitest_shop" });

afterAll(() => pool.end());

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

test("1,000 concurrent requests share a pool", async () => {
  const numbers = Array.from({ length: 1000 }, (_unit, index) => index);
  const answers = await Promise.all(
    numbers.map((number) =>
      inTransaction(async (client) => {
        const { rows } = await client.query("SELECT $1::int AS number", [number]);
        await new Promise((resolve) => setImmediate(resolve));
        return rows[0].number;
      }),
    ),
  );
  expect(answers).toEqual(numbers);
});

test("a transaction that fails is rolled back", async () => {
  await expect(inTransaction((client) => client.query("SELECT 1 / 0"))).rejects.toThrow("division by zero");
});

test("a client is ended", async () => {
  const sql = postgres({ max: 1, fetch_types: false, connection: { application_name: "vitest_report" } });
  expect(await sql.begin((transaction) => transaction`SELECT 1 AS one`)).toMatchObject([{ one: 1 }]);
  await sql.end();
});
