import { lookup } from "node:dns/promises";
import { lookUpThreads } from "../../thread-pool.ts";
import { shareLookUps, type LookUp } from "./share-look-ups.ts";

/** As the system does it, `/etc/hosts` included. The threads are those of the process: so are the turns. */
export const lookUp: LookUp = shareLookUps(async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}, lookUpThreads(process.env["UV_THREADPOOL_SIZE"]));
