import { classify } from "../classify/classify.ts";
import { isLockWaiter } from "../classify/evidence/blocking.ts";
import { evidenceDue } from "../classify/evidence/evidence-due.ts";
import { emptyMemory, type Memory } from "../classify/memory.ts";
import { builtInRules } from "../classify/thresholds.ts";
import type { ServerConfig } from "../config/config.ts";
import type { EvidenceQuestion } from "../observe/evidence.ts";
import { gatherEvidence } from "../observe/gather-evidence.ts";
import { nothingKnown } from "../observe/known.ts";
import { observe } from "../observe/observe.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { createConnection } from "../postgres/connection.ts";
import { startDeadline } from "../postgres/deadline.ts";
import { PostgresFailure, toFailure } from "../postgres/failure.ts";
import { probedFor } from "../reading.ts";
import type { Seen } from "./seen.ts";
import { unseenSessions } from "./unseen-sessions.ts";

/** Looks at everybody on one server, over one connection. */
export type Looks = {
  /** With `asksForPrepared` also at prepared transactions. Throws a `PostgresFailure`. */
  look(asksForPrepared: boolean): Promise<Seen>;
  /** False while a connection that failed is to be left alone. */
  isDue(): boolean;
  close(): Promise<void>;
};

/** Nobody is too young to be seen; a minute more, since a session may move on while the server looks. */
const EVERYBODY = -60;
const ages = {
  idleInTransactionSeconds: EVERYBODY,
  activeSeconds: EVERYBODY,
  transactionSeconds: EVERYBODY,
  neverUsedSeconds: EVERYBODY,
  idleSeconds: EVERYBODY,
  quietSeconds: EVERYBODY,
};

const limits = { candidates: 1000, groups: 1000 };

/** Only prepared transactions are judged by these: what else is a leak, the run of the command tells. */
const thresholds = {
  ...builtInRules,
  defaults: {
    ...builtInRules.defaults,
    prepared_transaction: { enabled: true, suspectAfterSeconds: 0, leakedAfterSeconds: 0 },
  },
};

const judging = {
  thresholds,
  pools: [],
  commentKeys: [],
  // Looks may fail for a while, as when the tests restart their server.
  gapSeconds: Infinity,
  sinceLastLookSeconds: null,
  isOutOfTurn: false,
  believesRows: true,
  terminated: new Set<string>(),
};

/** Nothing is opened before the first look. */
export function createLooks({
  connection: settings,
  lookTimeoutSeconds,
}: Pick<ServerConfig, "connection" | "lookTimeoutSeconds">): Looks {
  const connection = createConnection();
  let memory = emptyMemory();
  let known = nothingKnown;

  async function take(asksForPrepared: boolean): Promise<Seen> {
    const deadline = startDeadline(lookTimeoutSeconds);
    const { session, probe } = await connection.use(settings, { deadline, lookTimeoutSeconds });
    if (probe.pooled) throw new PostgresFailure("protocol", POOLED);
    const asking = { version: probe.version, deadline, prepare: true };
    const request = {
      ...asking,
      ages,
      limits,
      groupsByClient: false,
      followedPids: [],
      sampledApplications: [],
    };
    const observed = await observe(session, request, known);
    known = observed.known;
    const { snapshot } = observed;
    const question = questionFor(snapshot, memory, asksForPrepared);
    const answer = question === null ? null : await gatherEvidence(session, { ...asking, question });
    const gathered = answer?.gathered ?? null;
    if (asksForPrepared && gathered?.failure != null)
      throw new PostgresFailure("protocol", `prepared transactions unseen: ${gathered.failure}`);
    const verdict = classify({ snapshot, gathered }, memory, { ...judging, ...probedFor(probe) });
    memory = verdict.memory;
    return {
      takenAtSeconds: snapshot.takenAtSeconds,
      sightings: verdict.sightings,
      attributions: memory.attributions,
      prepared: verdict.suspects.filter((suspect) => "prepared" in suspect),
      unseen: unseenSessions(snapshot.groups),
      sessionsCut: snapshot.coverage.candidatesCut,
    };
  }

  return {
    async look(asksForPrepared) {
      try {
        const seen = await take(asksForPrepared);
        connection.succeeded();
        return seen;
      } catch (error) {
        connection.failed();
        throw toFailure(error);
      }
    },
    isDue: () => connection.isDue(),
    close: () => connection.close(),
  };
}

/** Who waits for a lock is no suspect, and who is waited for is; else there is nothing to ask while the command runs. */
function questionFor(snapshot: Snapshot, memory: Memory, asksForPrepared: boolean): EvidenceQuestion | null {
  if (!asksForPrepared && !snapshot.candidates.some(isLockWaiter)) return null;
  const looksSinceEvidence = asksForPrepared ? Infinity : memory.looksSinceEvidence;
  return evidenceDue(
    snapshot,
    { ...memory, looksSinceEvidence },
    { gapSeconds: Infinity, idleSeconds: Infinity },
  );
}

const POOLED = "a pooler answers there, whose sessions stay open: name the server itself";
