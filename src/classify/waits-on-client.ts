import type { Backend } from "../observe/snapshot.ts";

/** Whether the backend waits on its client in the middle of a statement (wait events, PostgreSQL manual 28.2). */
export function waitsOnClient(backend: Backend): boolean {
  return (
    backend.state === "active" &&
    backend.waitEventType === "Client" &&
    (backend.waitEvent === "ClientRead" || backend.waitEvent === "ClientWrite")
  );
}
