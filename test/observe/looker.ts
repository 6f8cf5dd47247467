import type { EvidenceQuestion, Gathered } from "../../src/observe/evidence.ts";
import { gatherEvidence } from "../../src/observe/gather-evidence.ts";
import { observe, type LookRequest } from "../../src/observe/observe.ts";
import type { CandidateAges, Snapshot } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aConnection } from "../support/a-connection.ts";

/** Nobody is a candidate, however old. */
export const neverAges: CandidateAges = {
  idleInTransactionSeconds: Infinity,
  activeSeconds: Infinity,
  transactionSeconds: Infinity,
  neverUsedSeconds: Infinity,
  idleSeconds: Infinity,
  quietSeconds: Infinity,
};

/** Every transaction and statement is a candidate, and no idle session. */
export const transactionAges: CandidateAges = {
  ...neverAges,
  idleInTransactionSeconds: 0,
  activeSeconds: 0,
  transactionSeconds: 0,
};

/** Asks a server, from a connection of its own, what a watch would ask. */
export type Looker = {
  readonly session: Session;
  /** `server_version_num`. */
  readonly version: number;
  look(request?: Partial<LookRequest>): Promise<Snapshot>;
  gather(question?: Partial<EvidenceQuestion>): Promise<Gathered>;
  close(): Promise<void>;
};

/** Connects as a superuser to the database `postgres`, unless told otherwise. The test must `close()` it. */
export async function openLooker(
  server: { readonly socketFolder: string; readonly port: number },
  { user = "postgres", database = "postgres" } = {},
): Promise<Looker> {
  const place = { host: server.socketFolder, port: server.port };
  const { session, probe } = await connect(aConnection(place, { user, database }), {
    deadline: startDeadline(5),
    lookTimeoutSeconds: 5,
  });
  const { version } = probe;
  return {
    session,
    version,
    async look(request = {}) {
      const observed = await observe(session, {
        version,
        followedPids: [],
        sampledApplications: [],
        ages: transactionAges,
        groupsByClient: false,
        limits: { candidates: 100, groups: 100 },
        deadline: startDeadline(5),
        prepare: true,
        ...request,
      });
      return observed.snapshot;
    },
    async gather(question = {}) {
      const { gathered } = await gatherEvidence(session, {
        version,
        question: { waiterPids: [], idlePids: [], waitersNotAsked: 0, idleNotAsked: 0, ...question },
        deadline: startDeadline(5),
        prepare: true,
      });
      return gathered;
    },
    close: () => session.close(),
  };
}
