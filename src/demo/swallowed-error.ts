import type { Sinner } from "./worker.ts";

/** Its transaction fails, and whoever catches the exception does not know that there was one. */
export const swallowedError: Sinner = {
  kind: "idle_in_transaction_aborted",
  role: "billing",
  applicationName: "billing-worker",
  story: "A unique violation is caught and ignored inside the transaction, so nobody rolls it back.",
  async work(sql) {
    await sql`BEGIN`;
    try {
      await sql`INSERT INTO invoices (order_id) VALUES (17)`;
      await sql`COMMIT`;
    } catch {
      // "This order has its invoice already: nothing to do." This is the mistake on show.
    }
  },
};
