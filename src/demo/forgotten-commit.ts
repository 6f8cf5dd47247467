import type { Sinner } from "./worker.ts";

/** The warehouse waits for the row that this one leaves locked. */
export const forgottenCommit: Sinner = {
  kind: "idle_in_transaction",
  role: "checkout",
  applicationName: "checkout-api",
  story: "An early return between BEGIN and COMMIT: the order stays locked for as long as the session lives.",
  async work(sql) {
    await sql`BEGIN`;
    const [order] = await sql`UPDATE orders SET status = 'paying' WHERE id = 1 RETURNING note
      /*controller='checkout',route='/checkout'*/`;
    if (order?.["note"] === "") {
      return; // "Nothing to wrap, so we are done." This is the mistake on show.
    }
    await sql`COMMIT`;
  },
};
