import { z } from "zod";

import type { Session } from "../../../src/postgres/session.ts";
import type { Deadline } from "../../../src/postgres/deadline.ts";
import { fastSeconds, type FastClock } from "./fast-clock.ts";
import type { ActivityRow, PreparedRow } from "./recording.ts";

/** The whole view, as exporters read it, without the session that asks. */
export const wholeViewStatement = `
SELECT extract(epoch FROM statement_timestamp())::float8 AS at,
  (SELECT COALESCE(json_agg(json_build_array(pid, datname, usename, application_name, backend_type, state, wait_event_type, wait_event,
     extract(epoch FROM backend_start), extract(epoch FROM xact_start), extract(epoch FROM query_start),
     extract(epoch FROM state_change))), '[]') FROM pg_stat_activity WHERE pid <> pg_backend_pid()) AS sessions,
  (SELECT COALESCE(json_agg(json_build_array(gid, owner, extract(epoch FROM prepared))), '[]') FROM pg_prepared_xacts) AS prepared`;

const text = z.string().nullable();
const moment = z.number().nullable();

const view = z.object({
  at: z.number(),
  sessions: z.array(
    z.tuple([z.number(), text, text, text, text, text, text, text, moment, moment, moment, moment]),
  ),
  prepared: z.array(z.tuple([z.string(), z.string(), z.number()])),
});

/** What exporters see at this moment. In a transaction that has looked already: what that look saw. */
export async function readWholeView(
  session: Session,
  clock: FastClock,
  deadline: Deadline,
): Promise<{
  readonly atSeconds: number;
  readonly rows: readonly ActivityRow[];
  readonly prepared: readonly PreparedRow[];
}> {
  const { rows } = await session.query(wholeViewStatement, [], { deadline, prepare: true });
  const { at, sessions, prepared } = view.parse(rows[0]);
  const shown = (seconds: number | null): number | null =>
    seconds === null ? null : fastSeconds(clock, seconds);
  return {
    atSeconds: fastSeconds(clock, at),
    rows: sessions.map(
      ([pid, datname, usename, applicationName, backendType, state, type, event, ...times]) => ({
        pid,
        datname,
        usename,
        applicationName,
        backendType,
        state,
        waitEventType: type,
        waitEvent: event,
        backendStart: shown(times[0]),
        xactStart: shown(times[1]),
        queryStart: shown(times[2]),
        stateChange: shown(times[3]),
      }),
    ),
    prepared: prepared.map(([gid, owner, since]) => ({ gid, owner, preparedAt: fastSeconds(clock, since) })),
  };
}
