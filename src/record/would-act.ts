import type { Plan } from "../decide/plan.ts";
import type { RuleAction } from "../decide/policy.ts";
import type { SessionEpisode } from "../decide/target.ts";
import type { RecordedLook } from "./recorded-look.ts";

/** Somebody whom a policy would have ended, and when, by the server's clock. */
export type WouldAct = {
  readonly server: string;
  readonly atSeconds: number;
  readonly rule: string;
  readonly action: RuleAction;
  readonly episode: SessionEpisode;
};

/** What a plan that was made dry would have done: the last guard spares whoever would be acted on. */
export function actsIn({ decisions }: Plan, { server, look }: RecordedLook): readonly WouldAct[] {
  const atSeconds = look.snapshot.takenAtSeconds;
  return decisions.flatMap((decision) => {
    const { episode, rule } = decision;
    const isAct = decision.type === "spare" && decision.reason === "dry_run";
    if (!isAct || rule === null || !("backend" in episode)) return [];
    return [{ server, atSeconds, rule: rule.name, action: rule.action, episode }];
  });
}
