import { z } from "zod";
import { startDeadline, type Deadline } from "../postgres/deadline.ts";
import { toFailure } from "../postgres/failure.ts";
import type { Session } from "../postgres/session.ts";
import { printable } from "../printable.ts";
import {
  bindStatement,
  followerSettings,
  holderSettings,
  holdersStatement,
  leaseKey,
  releaseStatement,
  takeStatement,
} from "./lease-statements.ts";

export type LeaseOptions = {
  /** Where all processes take it: an advisory lock is known in one database only. */
  readonly leaseDatabase: string;
  /** `server_version_num`. */
  readonly version: number;
  /** A pooler in between shares our session with others, and the lock with it. */
  readonly pooled: boolean;
  /** The longest time between two looks. A holder that is not heard of for three of them loses the lease. */
  readonly pollSeconds: number;
  readonly deadline: Deadline;
};

type ReleaseOptions = Pick<LeaseOptions, "version" | "deadline">;

/** Whether we may act; if not, why in words. */
export type LeaseState = { readonly isHeld: true } | { readonly isHeld: false; readonly why: string };

/** The right to act on one server: an advisory lock on the very session that signals, so that both end together. */
export type Lease = {
  /**
   * Takes the lease, or keeps it: to be called at each look, before it decides, on the session that will signal. Another
   * session than the last takes it anew. Never throws for what a server does.
   */
  hold(session: Session, options: LeaseOptions): Promise<LeaseState>;
  /** Gives it back, for others to take. Where that fails the session is closed, and the lease is back as well. */
  release(session: Session, options: ReleaseOptions): Promise<void>;
};

/** `pg_locks` costs the server something: a follower asks it who is ahead no more often than this. */
const LOOKUP_SECONDS = 60;

const takenRow = z.object({ datname: z.string(), is_held: z.boolean().nullable() });

const holderRow = z.object({
  pid: z.number(),
  datname: z.string().nullable(),
  usename: z.string().nullable(),
  client_addr: z.string().nullable(),
  is_here: z.boolean().nullable(),
});

type Holder = z.infer<typeof holderRow>;

const key = [leaseKey.classid, leaseKey.objid];

/** The lease of one server, not held yet. */
export function createLease(): Lease {
  let held: { readonly session: Session; readonly leaseDatabase: string } | null = null;
  let ahead: { readonly of: Session; readonly fresh: Deadline; readonly why: string } | null = null;

  async function take(session: Session, options: LeaseOptions): Promise<LeaseState> {
    const { leaseDatabase, deadline } = options;
    const reply = await session.query(takeStatement, [...key, leaseDatabase], { deadline, prepare: true });
    const { datname, is_held: isHeld } = takenRow.parse(reply.rows[0]);
    if (isHeld === null)
      return refused(
        `it is taken in the database ${named(leaseDatabase)}; this session is in ${named(datname)}`,
      );
    if (!isHeld) return refused(await whoIsAhead(session, deadline));
    try {
      // Asked with our own lock in place: of two that take it in two databases at once, one at least sees the other.
      const elsewhere = await findHolder(session, deadline);
      if (elsewhere === null) {
        await bind(session, options);
        held = { session, leaseDatabase };
        return { isHeld: true };
      }
      await giveBack(session, options);
      return refused(describe(elsewhere));
    } catch (error) {
      await giveBack(session, options);
      throw error;
    }
  }

  async function whoIsAhead(session: Session, deadline: Deadline): Promise<string> {
    if (ahead?.of === session && ahead.fresh.remainingSeconds() > 0) return ahead.why;
    const holder = await findHolder(session, deadline);
    const why = holder === null ? "another session held it a moment ago" : describe(holder);
    ahead = { of: session, fresh: startDeadline(LOOKUP_SECONDS), why };
    return why;
  }

  async function letGo(session: Session, options: ReleaseOptions): Promise<void> {
    const isHere = held?.session === session;
    held = null;
    if (isHere) await giveBack(session, options);
  }

  return {
    async hold(session, options) {
      if (options.pooled) return refused("a pooler sits in between, and would share the lock with others");
      try {
        const isOurs = held?.session === session && held.leaseDatabase === options.leaseDatabase;
        if (!isOurs) {
          await letGo(session, options);
          return await take(session, options);
        }
        // A holder that was ended learns it here; and a new probe of the same session undid the settings.
        await bind(session, options);
        return { isHeld: true };
      } catch (error) {
        await letGo(session, options);
        return refused(toFailure(error).message);
      }
    },
    release: letGo,
  };
}

function refused(why: string): LeaseState {
  return { isHeld: false, why };
}

async function findHolder(session: Session, deadline: Deadline): Promise<Holder | null> {
  const { rows } = await session.query(holdersStatement, key, { deadline, prepare: true });
  return rows.length === 0 ? null : holderRow.parse(rows[0]);
}

function describe({ pid, datname, usename, client_addr: address }: Holder): string {
  const role = usename === null ? "an unknown role" : `role ${named(usename)}`;
  const place = address === null ? "" : ` from ${printable(address)}`;
  const database = datname === null ? "another database" : `the database ${named(datname)}`;
  return `it is held by pid ${pid} of ${role}${place}, in ${database}`;
}

function named(name: string): string {
  return `"${printable(name)}"`;
}

async function bind(session: Session, { version, pollSeconds, deadline }: LeaseOptions): Promise<void> {
  const settings = JSON.stringify(holderSettings(version, pollSeconds));
  await session.query(bindStatement, [settings], { deadline, prepare: true });
}

/** Never throws: what cannot be unlocked is unlocked by closing the session. */
async function giveBack(session: Session, { version, deadline }: ReleaseOptions): Promise<void> {
  const settings = JSON.stringify(followerSettings(version));
  const ask = { deadline, prepare: true };
  await session.query(releaseStatement, [settings], ask).catch(() => session.close());
}
