import type { Severity } from "../classify/episode.ts";
import type { ExpectedSession } from "../classify/expected-sessions.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { BackendState } from "../observe/snapshot.ts";
import { expectationJson, type ExpectationJson } from "./suspect-json.ts";

/** A session that would be a suspect, and is expected to take so long. Null is SQL's null. */
export type ExpectedJson = {
  readonly server: string;
  readonly kind: BackendKind;
  /** What it would be called. */
  readonly severity: Severity;
  readonly age_seconds: number;
  readonly pid: number;
  readonly backend_start: string;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly state: BackendState;
  readonly expected: ExpectationJson;
};

/** One expected session, without anything that could be a literal of a statement. */
export function expectedJson(server: string, session: ExpectedSession): ExpectedJson {
  const { kind, severity, ageSeconds, expectation, backend } = session;
  return {
    server,
    kind,
    severity,
    age_seconds: Number(ageSeconds.toFixed(3)),
    pid: backend.id.pid,
    backend_start: backend.id.backendStart,
    datname: backend.datname,
    usename: backend.usename,
    application_name: backend.applicationName,
    client_addr: backend.clientAddr,
    state: backend.state,
    expected: expectationJson(expectation),
  };
}
