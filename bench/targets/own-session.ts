import type { Connected } from "../../src/postgres/attempts/make-attempt.ts";
import { createConnection } from "../../src/postgres/connection.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { ConnectionSettings } from "../../src/postgres/settings.ts";
import type { Lifetime } from "../lifetime.ts";

/** What one look may take, as in the program. */
export const LOOK_SECONDS = 5;

/** The session that pgleash watches over, made by its own code. */
export async function openOwnSession(
  lifetime: Lifetime,
  place: { readonly socketFolder: string; readonly port: number },
): Promise<Connected> {
  const connection = createConnection();
  lifetime.owns(() => connection.close());
  return await connection.use(settingsFor(place), {
    deadline: startDeadline(LOOK_SECONDS),
    lookTimeoutSeconds: LOOK_SECONDS,
  });
}

function settingsFor({
  socketFolder,
  port,
}: {
  readonly socketFolder: string;
  readonly port: number;
}): ConnectionSettings {
  return {
    addresses: [{ host: socketFolder, hostAddress: undefined, port }],
    order: "as_given",
    sessionAttributes: "any",
    connectTimeoutSeconds: null,
    keepaliveSeconds: null,
    user: "pgleash",
    password: { type: "none" },
    database: "postgres",
    options: undefined,
    tls: {
      mode: "disable",
      negotiation: "postgres",
      rootCertificate: undefined,
      revocationList: undefined,
      isCertificateAllowed: false,
      certificate: undefined,
      key: undefined,
      keyPassword: { type: "none" },
      minVersion: undefined,
      maxVersion: undefined,
      isNameSent: false,
    },
  };
}
