import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

const message = z.object({
  receiver: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

/** An alert as Alertmanager told it, whom, and when (milliseconds of the epoch). */
export type Told = z.infer<typeof message>["alerts"][number] & {
  readonly receiver: string;
  readonly atMs: number;
};

/** An alert on a server, of which a receiver is told that it fires, or no longer does. */
export type About = Pick<Told, "receiver" | "status"> & {
  readonly alertname: string;
  readonly server: string;
};

/** What a person would be told: it takes Alertmanager's messages. */
export type Webhook = {
  readonly url: string;
  /** All that was told, in order; what Alertmanager repeats as often as it does. */
  readonly told: readonly Told[];
  /** The first message about an alert. */
  first(about: About): Told | undefined;
  stop(): Promise<void>;
};

/** Listens on a free port. The test must `stop()` it. */
export async function startWebhook(): Promise<Webhook> {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const atMs = Date.now();
    void take(request, atMs).then(
      () => response.end(),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  async function take(request: IncomingMessage, atMs: number): Promise<void> {
    const { alerts, receiver } = message.parse(JSON.parse(await text(request)));
    told.push(...alerts.map((alert) => ({ ...alert, receiver, atMs })));
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    told,
    first: ({ receiver, status, alertname, server: name }) =>
      told.find(
        (one) =>
          one.receiver === receiver &&
          one.status === status &&
          one.labels["alertname"] === alertname &&
          one.labels["server"] === name,
      ),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
