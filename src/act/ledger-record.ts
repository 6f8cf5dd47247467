import { groundsFields } from "../decide/grounds-fields.ts";
import type { Leash } from "../decide/leash.ts";
import type { Breaker, LedgerEntry } from "../decide/ledger.ts";
import type { BreakerFields, EntryFields, LedgerRecord } from "./audit-record.ts";

/** All that limits are counted on, as one record. Announcements are left out: after a restart their notice begins anew. */
export function ledgerRecord(server: string, { ledger, acted }: Leash): LedgerRecord {
  return {
    type: "ledger",
    server,
    entries: ledger.entries.map((entry) => ({ ...entryFields(entry), outcome: entry.outcome })),
    acted: [...acted].map(([episode, last]) => ({ episode, ...last })),
    breaker: breakerFields(ledger.breaker),
  };
}

/** The state of a breaker under the names of the audit. */
export function breakerFields(breaker: Breaker): BreakerFields {
  const { state, sinceSeconds } = breaker;
  const { why, grounds } = breaker.state === "open" ? breaker : { why: null, grounds: null };
  return {
    state,
    since_seconds: sinceSeconds,
    why,
    grounds: grounds === null ? null : groundsFields(grounds),
  };
}

/** An entry of the ledger under the names of the audit, but for its outcome. */
export function entryFields(entry: LedgerEntry): EntryFields {
  const { atSeconds, mode, rule, action, episode, holder, holderSessions, applicationSessions } = entry;
  const { usename, applicationName, clientAddr } = holder;
  return {
    at_seconds: atSeconds,
    mode,
    rule,
    action,
    episode,
    holder: { usename, application_name: applicationName, client_addr: clientAddr },
    holder_sessions: holderSessions,
    application_sessions: applicationSessions,
  };
}
