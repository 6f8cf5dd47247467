import { createServer } from "node:net";

/** Below the ports that the system gives to whoever asks for any, so that none of these can take it meanwhile. */
const FIRST_PORT = 21_000;
const LAST_PORT = 31_999;

let next = FIRST_PORT + (process.pid % (LAST_PORT - FIRST_PORT));

/** A loopback port where nobody listened a moment ago; never the same one twice in a row. */
export async function freePort(): Promise<number> {
  for (let tries = FIRST_PORT; tries <= LAST_PORT; tries += 1) {
    next = next >= LAST_PORT ? FIRST_PORT : next + 1;
    if (await isFree(next)) return next;
  }
  throw new Error(`no port is free between ${FIRST_PORT} and ${LAST_PORT}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once("error", () => resolve(false));
    listener.listen(port, "127.0.0.1", () => listener.close(() => resolve(true)));
  });
}
