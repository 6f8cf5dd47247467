import { Agent, request } from "node:http";
import { gunzipSync } from "node:zlib";

/** A scraper that keeps its connection, and takes a compressed page, as Prometheus does. */
export type Scraper = {
  /** The page as it was sent. Throws where it is not answered with 200 in time. */
  scrape(): Promise<Scraped>;
  close(): void;
};

export type Scraped = {
  /** Of the body as it was sent. */
  readonly bytes: number;
  /** Unpacked, when somebody asks. */
  text(): string;
};

/** As Prometheus does by default. */
const PATIENCE_SECONDS = 10;

/** Connects when it first scrapes. */
export function createScraper(port: number, patienceSeconds = PATIENCE_SECONDS): Scraper {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    scrape: () => get(agent, port, 1000 * patienceSeconds),
    close: () => agent.destroy(),
  };
}

function get(agent: Agent, port: number, timeout: number): Promise<Scraped> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        host: "127.0.0.1",
        port,
        path: "/metrics",
        timeout,
        headers: { "accept-encoding": "gzip", accept: "text/plain;version=0.0.4" },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.statusCode !== 200) reject(new Error(`a scrape was answered with ${answer.statusCode}`));
          else resolve(scrapedOf(Buffer.concat(chunks), answer.headers["content-encoding"] === "gzip"));
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("a scrape was not answered in time")));
    asked.on("error", reject);
    asked.end();
  });
}

function scrapedOf(body: Buffer, isCompressed: boolean): Scraped {
  return { bytes: body.length, text: () => (isCompressed ? gunzipSync(body) : body).toString("utf8") };
}
