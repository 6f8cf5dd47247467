import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { within, type Lifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { SUSPECT_SECONDS } from "../targets/own-looks.ts";
import { SETTLED_SECONDS } from "../targets/quick-look.ts";
import { startExporter } from "../targets/postgres-exporter.ts";
import type { TargetKey } from "../targets/target.ts";
import { openTargets } from "../targets/targets.ts";
import { startCrowd, type Crowd } from "../world/crowd.ts";
import type { Mix } from "../world/crowd-plan.ts";
import { STATEMENT_CHARACTERS } from "../world/crowd-statements.ts";
import type { BenchServer } from "../world/server.ts";
import { measureRestingProgram, type RestingProgram } from "./resting-program.ts";
import { measureSideBySide, type Repeating, type TargetCost } from "./side-by-side.ts";
import { measureSteadyLooks, type SteadyLooks } from "./steady-looks.ts";
import { measureWorkingProgram, startWarming, type WorkingProgram } from "./working-program.ts";

/** Everything that is measured with so many sessions in one mix. */
export type StageMeasures = {
  readonly sessions: number;
  readonly mix: Mix;
  readonly costs: ReadonlyMap<TargetKey, TargetCost>;
  readonly steady: SteadyLooks;
  readonly resting: RestingProgram;
  readonly working: WorkingProgram;
};

export type StageOptions = Repeating & { readonly sessions: number; readonly mix: Mix };

const STEADY_LOOKS = 200;

/** Measures one stage; nothing of it is left but the server. */
export function measureStage(
  outer: Lifetime,
  server: BenchServer,
  options: StageOptions,
): Promise<StageMeasures> {
  const { sessions, mix } = options;
  const name = `${sessions} sessions, ${mix}`;
  return within(outer, async (lifetime) => {
    tell(`${name}: the sessions are opened`);
    const crowd = await gatherCrowd(lifetime, server, { sessions, mix });
    const folder = await temporaryFolder(lifetime);
    const warming = await startWarming(lifetime, server, folder);
    tell(`${name}: ${STEADY_LOOKS} looks back to back, every message counted`);
    const steady = await within(lifetime, (part) => measureSteadyLooks(part, server, STEADY_LOOKS));
    tell(`${name}: the program at rest, scraped`);
    const resting = await within(lifetime, (part) =>
      measureRestingProgram(part, server, { ...options, folder }),
    );
    const activity = await startExporter(lifetime, server, { kind: "exporter_activity", folder });
    const everything = await startExporter(lifetime, server, { kind: "exporter_default", folder });
    const exporters = [activity, everything].flatMap((exporter) => exporter?.target ?? []);
    tell(`${name}: the program at work, beside others`);
    const peers = { activity, default: everything };
    const working = await within(lifetime, (part) =>
      measureWorkingProgram(part, server, warming, { ...peers, folder, repetitions: options.repetitions }),
    );
    await warming.pgleash.stop();
    await crowd.aged(SETTLED_SECONDS);
    tell(`${name}: statements side by side`);
    const costs = await within(lifetime, async (part) =>
      measureSideBySide([...(await openTargets(part, server)), ...exporters], options),
    );
    crowd.check();
    return { sessions, mix, costs, steady, resting, working };
  });
}

/** Returns when the suspects among the sessions have become old enough to be some. */
export async function gatherCrowd(
  lifetime: Lifetime,
  { socketFolder, port }: BenchServer,
  crowd: { readonly sessions: number; readonly mix: Mix; readonly statementCharacters?: number },
): Promise<Crowd> {
  const { sessions, mix, statementCharacters = STATEMENT_CHARACTERS } = crowd;
  const order = { socketFolder, port, sessions, mix, statementCharacters };
  const gathered = await startCrowd(lifetime, order);
  await gathered.aged(SUSPECT_SECONDS + 1);
  return gathered;
}

/** Goes with the lifetime. */
export async function temporaryFolder(lifetime: Lifetime): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-bench-"));
  lifetime.owns(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
