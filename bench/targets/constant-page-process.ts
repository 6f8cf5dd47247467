/** A Node.js process that does nothing but serve one page of the length that it is told: the floor for a scrape, and for memory. */
import { createServer } from "node:http";

const [port = "0", bytes = "0"] = process.argv.slice(2);
const page = Buffer.alloc(Number(bytes), "x");
const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "content-length": page.length };

createServer((_, answer) => answer.writeHead(200, headers).end(page)).listen(Number(port), "127.0.0.1");
