import type { View } from "./view.ts";

/** Why the process is not ready; `null` when it is. A dead or blind server is a metric and an alert, not an unready process; a server that nobody tried yet is. */
export function unready(view: View): string | null {
  // So it is before the first configuration is applied, too.
  if (view.servers.length === 0 && (view.serversFile?.lastSuccessSeconds ?? null) === null)
    return "no server to watch: the files that name servers could not be read yet";
  const untried = view.servers.filter(({ report, failure }) => report === null && failure === null);
  return untried.length === 0 ? null : `not looked at yet: ${untried.map(({ server }) => server).join(", ")}`;
}
