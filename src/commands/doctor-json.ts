import type { FailureReason } from "../postgres/failure.ts";
import { sessionsIn } from "../expose/aggregate.ts";
import type { Check } from "./checks.ts";
import { isFine } from "./doctor-text.ts";
import { encryptionOf, type Encryption } from "./encryption.ts";
import type { Examination } from "./examine.ts";

/** One server; `null` is what nobody knows because the connection failed, or a statement did. */
type ServerJson = {
  readonly server: string;
  readonly fine: boolean;
  readonly failure: { readonly at: string; readonly reason: FailureReason; readonly message: string } | null;
  readonly host: string | null;
  readonly host_address: string | null;
  readonly port: number | null;
  readonly connect_seconds: number;
  readonly encryption: Encryption | null;
  readonly version: string | null;
  readonly role: "primary" | "standby" | null;
  readonly pooled: boolean | null;
  readonly user: string | null;
  readonly privileges: Readonly<Record<string, boolean>> | null;
  readonly sessions: number | null;
  readonly hidden_sessions: number | null;
  readonly slots: { readonly used: number; readonly limit: number } | null;
  readonly track_activities: boolean | null;
  readonly track_activity_query_size: number | null;
  readonly look_seconds: number | null;
  readonly checks: readonly Check[];
};

export type DoctorJson = {
  readonly fine: boolean;
  /** Of the configuration. */
  readonly warnings: readonly string[];
  readonly servers: readonly ServerJson[];
};

export type Examined = { readonly examination: Examination; readonly checks: readonly Check[] };

/** Field by field, under names that stay: docs/commands.md has them. */
export function doctorJson(examined: readonly Examined[], warnings: readonly string[]): DoctorJson {
  const servers = examined.map(serverJson);
  return { fine: servers.every(({ fine }) => fine), warnings, servers };
}

function serverJson({ examination, checks }: Examined): ServerJson {
  const { server, place, connectSeconds, probe, inspection, look, failure } = examination;
  const { snapshot, slots } = look?.report ?? {};
  return {
    server: server.name,
    fine: isFine({ server: server.name, checks }),
    failure:
      failure === null ? null : { at: failure.at, reason: failure.why.reason, message: failure.why.message },
    host: place?.host ?? null,
    host_address: place?.hostAddress ?? null,
    port: place?.port ?? null,
    connect_seconds: rounded(connectSeconds),
    encryption: encryptionOf(examination),
    version: probe?.versionText ?? null,
    role: probe === null ? null : probe.standby ? "standby" : "primary",
    pooled: probe?.pooled ?? null,
    user: probe?.user ?? null,
    privileges: probe === null ? null : { ...probe.privileges },
    sessions: snapshot === undefined ? null : sessionsIn(snapshot.groups),
    hidden_sessions: snapshot?.coverage.hiddenSessions ?? null,
    slots: slots === undefined ? null : { used: slots.used, limit: slots.limit },
    track_activities: inspection?.trackActivities ?? null,
    track_activity_query_size: inspection?.trackActivityQuerySize ?? null,
    look_seconds: look === null ? null : rounded(look.seconds),
    checks,
  };
}

/** Milliseconds are all that matters. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
