import type { Lifetime } from "../lifetime.ts";
import { within } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { startBenchServer } from "../world/server.ts";
import { measureBackToBack, type BackToBack } from "./back-to-back.ts";
import { MANY_SERVERS, measureManyServers, type ManyServers } from "./many-servers.ts";
import { gatherCrowd, temporaryFolder } from "./stage.ts";
import { measureStartUp, type StartUp } from "./start-up.ts";

/** What does not depend on how many sessions there are: measured once, on a small calm server. */
export type OnceMeasures = {
  readonly startUp: StartUp;
  readonly manyServers: ManyServers;
  readonly backToBack: BackToBack;
};

const SESSIONS = 50;
const LOOKS = 10_000;

/** Measures on a server of its own; nothing is left of it. */
export function measureOnce(outer: Lifetime, major: string): Promise<OnceMeasures> {
  return within(outer, async (lifetime) => {
    const server = await startBenchServer(lifetime, { major, connections: SESSIONS + MANY_SERVERS });
    await gatherCrowd(lifetime, server, { sessions: SESSIONS, mix: "calm" });
    const folder = await temporaryFolder(lifetime);
    tell("start-up");
    const startUp = await measureStartUp(lifetime, server, folder);
    tell(`one server, and ${MANY_SERVERS}`);
    const manyServers = await within(lifetime, (part) => measureManyServers(part, server, folder));
    tell(`${LOOKS} looks back to back`);
    const backToBack = await within(lifetime, (part) => measureBackToBack(part, server, LOOKS));
    return { startUp, manyServers, backToBack };
  });
}
