import { within, type Lifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import type { BenchServer } from "../world/server.ts";
import { measureBackToBack, type BackToBack } from "./back-to-back.ts";
import { measureRestingProgram, type RestingProgram } from "./resting-program.ts";
import { gatherCrowd, temporaryFolder, type StageOptions } from "./stage.ts";
import { measureSteadyLooks, type SteadyLooks } from "./steady-looks.ts";

/** Counts, which a busy machine does not change. */
export type QuickMeasures = {
  readonly sessions: number;
  readonly steady: SteadyLooks;
  readonly resting: RestingProgram;
  readonly backToBack: BackToBack;
};

const STEADY_LOOKS = 200;
const LOOKS_FOR_MEMORY = 1200;

/** Counts what looks and scrapes ask of a server with so many sessions. */
export function measureQuick(
  outer: Lifetime,
  server: BenchServer,
  options: StageOptions,
): Promise<QuickMeasures> {
  return within(outer, async (lifetime) => {
    const { sessions } = options;
    tell(`${sessions} sessions: looks and scrapes are counted`);
    await gatherCrowd(lifetime, server, options);
    const folder = await temporaryFolder(lifetime);
    const steady = await within(lifetime, (part) => measureSteadyLooks(part, server, STEADY_LOOKS));
    const resting = await within(lifetime, (part) =>
      measureRestingProgram(part, server, { ...options, folder }),
    );
    const backToBack = await within(lifetime, (part) => measureBackToBack(part, server, LOOKS_FOR_MEMORY));
    return { sessions, steady, resting, backToBack };
  });
}
