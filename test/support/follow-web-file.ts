import { followWebConfig, type LiveWebConfig } from "../../src/web/config/live-web-config.ts";
import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { hashOfSecret, type WebFolder } from "./web-files.ts";

/** Parts of a web configuration file. */
export const tlsPart = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n";

export function userPart(name: string, hash = hashOfSecret): string {
  return `basic_auth_users: { ${name}: "${hash}" }\n`;
}

export type Followed = LiveWebConfig & {
  readonly events: readonly string[];
  /** Lets so many seconds pass. */
  pass(seconds: number): void;
  loads(): number;
};

/** How a disk answers. */
export type Disk = { readonly answered: () => Promise<unknown>; readonly patienceSeconds: number };

const goodDisk: Disk = { answered: () => Promise.resolve(), patienceSeconds: 20 };

/** Follows `web.yml` with this text, by a clock that the test moves. The disk is asked to answer before each load but the first. */
export async function followWebFile(
  folder: WebFolder,
  text: string,
  { answered, patienceSeconds }: Disk = goodDisk,
): Promise<Followed> {
  const path = await folder.write("web.yml", text);
  const events: string[] = [];
  let [now, loads] = [0, 0];
  const load = async (): ReturnType<typeof loadWebConfig> => {
    loads += 1;
    if (loads > 1) await answered();
    return loadWebConfig(path);
  };
  const first = await load();
  if ("problems" in first) throw new Error(first.problems.join("; "));
  const live = followWebConfig(first, {
    load,
    now: () => now,
    patienceSeconds,
    onApplied: ({ users }) => void events.push(`applied ${[...users.keys()].join(" ")}`),
    onRefused: (problems) =>
      void events.push(`refused ${problems.join("; ").replaceAll(`${folder.path}/`, "")}`),
  });
  return { ...live, events, pass: (seconds) => void (now += seconds), loads: () => loads };
}

export async function usersOf(live: LiveWebConfig): Promise<readonly string[]> {
  return [...(await live.current()).users.keys()];
}
