import type { Lifetime } from "../lifetime.ts";
import type { BenchServer } from "../world/server.ts";
import { bareStatement } from "./bare-statement.ts";
import { census } from "./census.ts";
import { quickLook } from "./quick-look.ts";
import type { Target } from "./target.ts";
import { wholeLook } from "./whole-look.ts";

type OpenTarget = (lifetime: Lifetime, server: BenchServer) => Promise<Target>;

/** What this process runs itself, each on a session of its own. A further look is a further line. */
const openings: readonly OpenTarget[] = [
  (lifetime, server) => bareStatement(lifetime, server, "round_trip"),
  (lifetime, server) => bareStatement(lifetime, server, "floor"),
  census,
  wholeLook,
  quickLook,
];

/** Opens all of them; they end with the lifetime. */
export async function openTargets(lifetime: Lifetime, server: BenchServer): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const open of openings) targets.push(await open(lifetime, server));
  return targets;
}
