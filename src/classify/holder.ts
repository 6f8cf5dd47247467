import type { Subject } from "./episode.ts";

/** Who holds a suspect. `null` is SQL's null, or what has no such thing: a prepared transaction has no client. */
export type Holder = {
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
  readonly clientAddr: string | null;
};

/** Who holds it, whatever it is. Behind a pooler that tells, the client is the pooler's. */
export function holderOf(subject: Subject): Holder {
  if ("prepared" in subject) {
    const { datname, usename } = subject.prepared;
    return { datname, usename, applicationName: null, clientAddr: null };
  }
  if ("pool" in subject) return { ...subject.pool.holder, clientAddr: null };
  const { datname, usename, applicationName, clientAddr, pooledClientAddr } = subject.backend;
  return { datname, usename, applicationName, clientAddr: pooledClientAddr ?? clientAddr };
}
