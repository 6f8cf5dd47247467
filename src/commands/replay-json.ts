import { suspectJson, type SuspectJson } from "../expose/suspect-json.ts";
import { differenceOf } from "../record/difference.ts";
import { actsOf, type PolicyReplay } from "../record/policy-replay.ts";
import type { ServerReplay } from "../record/server-replay.ts";
import type { WouldAct } from "../record/would-act.ts";
import { timeText } from "../time-text.ts";

/** One act: the suspect, under the names of the API, and what would have been done to it. */
type ActJson = SuspectJson & { readonly time: string; readonly rule: string; readonly action: string };

type Counts = Readonly<Record<string, number>>;

/** What the looks at one server come to. */
type ServerJson = {
  readonly server: string;
  readonly looks: number;
  readonly from: string;
  readonly to: string;
  readonly suspects: number;
  readonly leaked: number;
  readonly announced: number;
  readonly withdrawn: number;
  readonly acts_by_rule: Counts;
  /** Each suspect once for each reason. */
  readonly spared: Counts;
  /** Looks at which the budget held somebody back: all, and by reason. */
  readonly over_budget_looks: number;
  readonly over_budget: Counts;
  /** Looks at which nobody could be ended, whatever the policy says: behind a pooler, and without the grant to signal. */
  readonly pooled_looks: number;
  readonly no_privilege_looks: number;
  /** What this configuration asks for and the recording lacks. */
  readonly unrecorded: readonly string[];
};

type PolicyJson = {
  readonly config_file: string;
  readonly servers: readonly ServerJson[];
  readonly acts: readonly ActJson[];
};

export type ReplayJson = {
  readonly policy: PolicyJson;
  /** Null without `--against`. */
  readonly against: PolicyJson | null;
  readonly only_policy: readonly ActJson[];
  readonly only_against: readonly ActJson[];
  /** Whom both would act on, each in another way. */
  readonly other_action: readonly (ActJson & { readonly action_against: string })[];
};

/** What a policy would have done with a recording, and what tells it apart from a second one, where there is one. */
export function replayJson(tried: PolicyReplay, against: PolicyReplay | null): ReplayJson {
  const acts = actsOf(tried);
  const { onlyNew, onlyOld, otherAction } = differenceOf(acts, against === null ? acts : actsOf(against));
  return {
    policy: policyJson(tried),
    against: against === null ? null : policyJson(against),
    only_policy: onlyNew.map(actJson),
    only_against: onlyOld.map(actJson),
    other_action: otherAction.map(({ act, old }) => ({ ...actJson(act), action_against: old.action })),
  };
}

function policyJson(replay: PolicyReplay): PolicyJson {
  return {
    config_file: replay.file,
    servers: [...replay.servers].map(([server, one]) => serverJson(server, one)),
    acts: actsOf(replay).map(actJson),
  };
}

function serverJson(server: string, replay: ServerReplay): ServerJson {
  return {
    server,
    looks: replay.looks,
    from: timeText(replay.fromSeconds),
    to: timeText(replay.toSeconds),
    suspects: replay.suspected,
    leaked: replay.leaked,
    announced: replay.announced,
    withdrawn: replay.withdrawn,
    acts_by_rule: Object.fromEntries(replay.actsByRule),
    spared: Object.fromEntries(replay.spared),
    over_budget_looks: replay.overBudget,
    over_budget: Object.fromEntries(replay.overBudgetBy),
    pooled_looks: replay.pooledLooks,
    no_privilege_looks: replay.unprivilegedLooks,
    unrecorded: [...replay.unrecorded],
  };
}

function actJson({ server, atSeconds, rule, action, episode }: WouldAct): ActJson {
  return { time: timeText(atSeconds), rule, action, ...suspectJson(server, episode) };
}
