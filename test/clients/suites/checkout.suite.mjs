// A suite in which one test forgets a transaction.
import { Client } from "pg";
import { expect, test } from "vitest";

test("checkout reserves the stock", async () => {
  const client = new Client({ application_name: "test_checkout_leaks" });
  await client.connect();
  await client.query("BEGIN");
  const { rows } = await client.query("SELECT 3 AS reserved /*route='/checkout'*/");
  expect(rows).toEqual([{ reserved: 3 }]);
});

test("the report takes its time", async () => {
  const client = new Client({ application_name: "test_report" });
  await client.connect();
  const { rowCount } = await client.query("SELECT pg_sleep(3)");
  expect(rowCount).toBe(1);
  await client.end();
});
