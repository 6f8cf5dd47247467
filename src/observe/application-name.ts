/**
 * Who connected: PgBouncer's `application_name_add_host` writes the address of its client into the name. So can every
 * client: the address is a hint for people, and nothing may be decided by it.
 */
export type ApplicationClient = {
  readonly applicationName: string;
  /** As `client_addr` would show it; `unix` for a socket on the pooler's host; `null` when the name holds none. */
  readonly clientAddress: string | null;
};

/** PostgreSQL cuts `application_name` to `NAMEDATALEN - 1` bytes, all of them ASCII. */
const MAX_NAME_LENGTH = 63;

/** `%s:%d`, `[%s]:%d` for IPv6 (without the brackets as well), `unix(pid@host):port`; no time of day such as `12:30:45`. */
const whole =
  /^(?:(?<v4>\d{1,3}(?:\.\d{1,3}){3})|\[(?<v6>[0-9a-f:.]*:[0-9a-f:.]+)\]|(?<bare>(?=[^ ]*::|(?:[^:]*:){8})[0-9a-f:.]+)|(?<unix>unix)(?:\([^()]*\))?):\d{1,5}$/i;

/** The same, cut off before its port; long enough to be sure. */
const cut = /^(?:\d{1,3}\.[\d.]*|\[[0-9a-f:.]*\]?|[0-9a-f:]*::[0-9a-f:.]*|unix(?:\([^()]*\)?)?):?$/i;

/** Takes the address out of an application name. Behind a chain of poolers the first one knew the client. */
export function applicationClient(name: string): ApplicationClient {
  let client: ApplicationClient = { applicationName: name, clientAddress: null };
  for (;;) {
    const { applicationName } = client;
    const dash = applicationName.lastIndexOf(" - ");
    const tail = dash === -1 ? "" : applicationName.slice(dash + 3);
    const found = whole.exec(tail)?.groups;
    const isFull = applicationName.length === MAX_NAME_LENGTH;
    if (found === undefined && !(isFull && cut.test(tail))) return client;
    // Without brackets, the last group of an address that was cut off looks like the port.
    const bare = isFull ? undefined : found?.["bare"];
    const clientAddress = found?.["v4"] ?? found?.["v6"] ?? found?.["unix"] ?? bare ?? null;
    client = { applicationName: applicationName.slice(0, dash), clientAddress };
  }
}
