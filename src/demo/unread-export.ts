import type { Sinner } from "./worker.ts";

/** Once the socket's buffers are full, the server waits for the client without a limit of time. */
export const unreadExport: Sinner = {
  kind: "stalled_client",
  role: "reporting",
  applicationName: "report-export",
  story: "A large COPY is opened for a download that was cancelled: its stream is kept and never read.",
  async work(sql, { leaving }) {
    // Every order with every item: far more than the buffers hold, and written only as fast as it is read.
    const stream =
      await sql`COPY (SELECT * FROM orders CROSS JOIN order_items) TO STDOUT (FORMAT csv)`.readable();
    stream.on("error", () => {}); // somebody ended the session: an unheard error event would end the process
    // Only a stream that flows notices that its connection was closed.
    leaving.addEventListener("abort", () => stream.resume(), { once: true });
    return stream;
  },
};
