import type { Backend } from "../../src/observe/snapshot.ts";

/** An idle client backend as the server shows it to a privileged role; a test names only what it is about. */
export function aBackend(overrides: Partial<Backend> = {}): Backend {
  return {
    id: { pid: 4242, backendStart: "2026-01-01 00:00:00.000001+00" },
    datname: "shop",
    usename: "app",
    isSuperuser: false,
    isReplication: false,
    applicationName: "web-1",
    clientAddr: "10.0.0.7",
    pooledClientAddr: null,
    state: "idle",
    waitEventType: "Client",
    waitEvent: "ClientRead",
    xactStart: null,
    queryStart: "2026-01-01 00:00:01.000001+00",
    stateChange: "2026-01-01 00:00:01.000002+00",
    xactSeconds: null,
    querySeconds: 1,
    stateSeconds: 1,
    queryId: "7731",
    statement: { head: "SELECT 1", tail: null, isCut: false },
    xidAge: null,
    xminAge: null,
    progress: null,
    ...overrides,
  };
}
