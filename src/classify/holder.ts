import type { Subject } from "./episode.ts";

/** Who holds a suspect. `null` is SQL's null, or what has no such thing: a prepared transaction has no client. */
export type Holder = {
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
  /** The address that the server saw: behind a pooler the pooler's. */
  readonly clientAddr: string | null;
  /** The client behind it, as a pooler, or anybody else, wrote it into the application name. */
  readonly pooledClientAddr: string | null;
};

const noClient = { clientAddr: null, pooledClientAddr: null };

/** Who holds it, whatever it is. */
export function holderOf(subject: Subject): Holder {
  if ("prepared" in subject) {
    const { datname, usename } = subject.prepared;
    return { datname, usename, applicationName: null, ...noClient };
  }
  if ("pool" in subject) return { ...subject.pool.holder, ...noClient };
  const { datname, usename, applicationName, clientAddr, pooledClientAddr } = subject.backend;
  return { datname, usename, applicationName, clientAddr, pooledClientAddr };
}
