import type { Lifetime } from "../lifetime.ts";
import { within } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { startBenchServer } from "../world/server.ts";
import { measureBackToBack, type BackToBack } from "./back-to-back.ts";
import { MANY_SERVERS, measureManyServers, type ManyServers } from "./many-servers.ts";
import { gatherCrowd, temporaryFolder } from "./stage.ts";
import { measureStartUp, type StartUp } from "./start-up.ts";

/** What does not depend on how many sessions there are: measured once, on a small calm server. `null` is what has failed. */
export type OnceMeasures = {
  readonly startUp: StartUp | null;
  readonly manyServers: ManyServers | null;
  readonly backToBack: BackToBack | null;
};

const SESSIONS = 50;
const LOOKS = 10_000;

const NOTHING: OnceMeasures = { startUp: null, manyServers: null, backToBack: null };

/** Measures on a server of its own; nothing is left of it. Never throws: where there is no server, everything has failed. */
export async function measureOnce(outer: Lifetime, major: string): Promise<OnceMeasures> {
  return (await unlessFailed("once", () => measureOnServer(outer, major))) ?? NOTHING;
}

function measureOnServer(outer: Lifetime, major: string): Promise<OnceMeasures> {
  return within(outer, async (lifetime) => {
    const server = await startBenchServer(lifetime, { major, connections: SESSIONS + MANY_SERVERS });
    await gatherCrowd(lifetime, server, { sessions: SESSIONS, mix: "calm" });
    const folder = await temporaryFolder(lifetime);
    return {
      startUp: await unlessFailed("start-up", () => measureStartUp(lifetime, server, folder)),
      manyServers: await unlessFailed(`one server, and ${MANY_SERVERS}`, () =>
        within(lifetime, (part) => measureManyServers(part, server, folder)),
      ),
      backToBack: await unlessFailed(`${LOOKS} looks back to back`, () =>
        within(lifetime, (part) => measureBackToBack(part, server, LOOKS)),
      ),
    };
  });
}

/** What was measured for many minutes before is not thrown away for it. */
async function unlessFailed<Result>(name: string, measure: () => Promise<Result>): Promise<Result | null> {
  tell(name);
  try {
    return await measure();
  } catch (error) {
    tell(`${name}: failed: ${String(error)}`);
    return null;
  }
}
