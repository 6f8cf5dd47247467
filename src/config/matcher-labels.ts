import { severities } from "../classify/episode.ts";
import { harmLevels } from "../classify/harm.ts";
import { leakKinds } from "../classify/kind.ts";
import type { DeclaredPool } from "../classify/pools/pool.ts";
import type { MarkerHolder, Matchable, WorkHolder } from "../classify/thresholds.ts";
import type { Target } from "../decide/target.ts";
import { backendStates } from "../observe/snapshot.ts";
import type { Labels } from "./matcher.ts";

/** What a pool can know of a session: who holds it. */
export type PoolSession = Parameters<DeclaredPool["matches"]>[0];

const holderFields = {
  datname: (session: PoolSession) => session.datname,
  usename: (session: PoolSession) => session.usename,
  application_name: (session: PoolSession) => session.applicationName,
  client_addr: (session: PoolSession) => session.clientAddr,
};

/** The states that are seen; `unknown` is not. */
const knownStates = backendStates.filter((state) => state !== "unknown");

/** What an override can be about. */
export const suspectLabels: Labels<Matchable> = {
  fields: {
    ...holderFields,
    state: (suspect) => (suspect.state === "unknown" ? null : suspect.state),
    query_id: (suspect) => suspect.queryId,
  },
  comment: null,
  values: {},
  refused: {},
};

const OVERTAKEN =
  "a signal could overtake the statement that makes it expected: name the work by whose it is";

/** Whose work is expected: by what stays while a session works, or is compared once more before a signal. */
export const workLabels: Labels<WorkHolder> = {
  fields: holderFields,
  comment: null,
  values: {},
  refused: { state: OVERTAKEN, query_id: OVERTAKEN },
};

const CHOSEN = "every session chooses its name itself: allow markers by its role";
const EACH_STATEMENT = "who may say how long it takes does not change with what it does";

/** Whose markers are believed: by what a session cannot choose for itself. */
export const markerLabels: Labels<MarkerHolder> = {
  fields: {
    datname: (session) => session.datname,
    usename: (session) => session.usename,
    client_addr: (session) => session.clientAddr,
  },
  comment: null,
  values: {},
  refused: { application_name: CHOSEN, state: EACH_STATEMENT, query_id: EACH_STATEMENT },
};

const NO_MATTER = "a session belongs to its pool whatever it does";

/** What a pool can be about. */
export const poolLabels: Labels<PoolSession> = {
  fields: holderFields,
  comment: null,
  values: {},
  refused: { state: NO_MATTER, query_id: NO_MATTER },
};

/** What a rule of the policy can be about. */
export const targetLabels: Labels<Target> = {
  fields: {
    server: (target) => target.server,
    ...holderFields,
    kind: (target) => target.kind,
    severity: (target) => target.severity,
    harm: (target) => target.harm,
    state: (target) => (target.state === "unknown" ? null : target.state),
    query_id: (target) => target.queryId,
  },
  comment: (key) => (target) => target.commentKeys.get(key) ?? null,
  values: { kind: leakKinds, severity: severities, harm: harmLevels, state: knownStates },
  refused: {},
};

/** The labels that say whose session it is: a rule must name somebody by one of them. */
export const holderLabels: readonly string[] = Object.keys(holderFields);

const WHATEVER = "a session is protected for whose it is, whatever it does";
const LOST = "comments and query ids change and get lost: protect by whose session it is";

/** What a protection can be about. */
export const protectionLabels: Labels<Target> = {
  fields: { server: (target) => target.server, ...holderFields },
  comment: null,
  values: {},
  refused: {
    kind: WHATEVER,
    severity: WHATEVER,
    harm: WHATEVER,
    state: WHATEVER,
    query_id: LOST,
    comment: LOST,
  },
};
