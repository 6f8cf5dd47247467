import { backendKinds, type BackendKind } from "../classify/kind.ts";
import { formatDuration } from "./duration.ts";
import { fillOverride, fillThresholds } from "./fill-thresholds.ts";
import { formatPath, type FileWarning, type Path } from "./issue.ts";
import { partsOf } from "./matcher.ts";
import { isGiven } from "./raw-file.ts";
import type { FileConfig } from "./schema.ts";

/** What a server may say of its sessions, and the top level of those of all servers. */
type Scope = Pick<FileConfig, "detectors" | "overrides" | "expected" | "expect_markers">;

type Work = NonNullable<FileConfig["expected"]>[number];

/** From what age on somebody may be a suspect of a kind, in seconds; endless where it is off. */
type Soonest = Readonly<Record<BackendKind, number>>;

/** Expected work, and allowances, that can hardly do what was meant. `raw` is the file before anything was filled in. */
export function expectedWarnings(raw: unknown, file: FileConfig): readonly FileWarning[] {
  const own: readonly (readonly [Path, Scope])[] = [
    ...(file.servers ?? []).map((server, index) => [["servers", index], server] as const),
    ...(file.servers_template === undefined ? [] : [[["servers_template"], file.servers_template] as const]),
  ];
  const says = ({ expected = [], expect_markers: markers = [] }: Scope): boolean =>
    expected.length + markers.length > 0;
  if (![file, ...own.map(([, scope]) => scope)].some(says)) return [];
  const judged = own.map(([path, scope]) => [path, scope, soonestIn(scope, file)] as const);
  // What stands at the top is of use if it is at one server, be that one whom only the environment, or another file, names.
  const namedElsewhere = file.servers === undefined || file.servers_file !== undefined;
  const others = namedElsewhere && file.servers_template === undefined ? [soonestIn({}, file)] : [];
  const everywhere = [...judged.map(([, , soonest]) => soonest), ...others];
  const places: typeof judged = [[[], file, earliest(everywhere)], ...judged];
  return places.flatMap(([place, { expected = [], expect_markers: markers = [] }, soonest]) => {
    const list = [...place, "expected"];
    return [
      ...expected.flatMap((work, index) => ofWork(raw, [...list, index], work, soonest)),
      ...shadowed(list, expected),
      ...shadowed([...place, "expect_markers"], markers),
    ];
  });
}

function soonestIn(scope: Scope, file: FileConfig): Soonest {
  const places = [scope.detectors, file.detectors];
  const overrides = [...(scope.overrides ?? []), ...(file.overrides ?? [])];
  const all = [
    fillThresholds(places),
    ...overrides.map((override) => fillOverride(override, places).thresholds),
  ];
  return byKind((kind) =>
    Math.min(
      ...all.map(({ [kind]: threshold }) =>
        threshold?.enabled === true ? threshold.suspectAfterSeconds : Infinity,
      ),
    ),
  );
}

function earliest(all: readonly Soonest[]): Soonest {
  return byKind((kind) => Math.min(...all.map((soonest) => soonest[kind])));
}

function byKind(secondsOf: (kind: BackendKind) => number): Soonest {
  return {
    idle_in_transaction_aborted: secondsOf("idle_in_transaction_aborted"),
    idle_in_transaction: secondsOf("idle_in_transaction"),
    stalled_client: secondsOf("stalled_client"),
    stale_active: secondsOf("stale_active"),
    long_transaction: secondsOf("long_transaction"),
    never_used: secondsOf("never_used"),
    idle_too_long: secondsOf("idle_too_long"),
  };
}

function ofWork(raw: unknown, item: Path, work: Work, soonest: Soonest): readonly FileWarning[] {
  const { match, kinds, for: forSeconds } = work;
  const warnings: FileWarning[] = [];
  if (match.every(({ text }) => isOpen(text))) {
    const told =
      "it names nobody: it holds for everybody whom it does not except (name whose work it is, unless that is meant)";
    warnings.push({ path: [...item, "match"], at: "value", told });
  }
  const atSeconds = Math.min(...kinds.map((kind) => soonest[kind]));
  if (forSeconds <= atSeconds && atSeconds < Infinity) {
    const at = formatDuration(atSeconds);
    const told = `it changes nothing: of these kinds nobody is a suspect before ${at} anyway (write more than ${at}, the shortest suspect_after)`;
    warnings.push({ path: [...item, "for"], at: "value", told });
  }
  // Whoever names no kinds means those that are looked for.
  if (!isGiven(raw, [...item, "kinds"])) return warnings;
  const off = kinds.flatMap((kind, index): readonly FileWarning[] => {
    const told = `${kind} is off: nobody is a suspect of it (turn it on in detectors, or leave it out)`;
    return soonest[kind] < Infinity ? [] : [{ path: [...item, "kinds", index], at: "value", told }];
  });
  return [...warnings, ...off];
}

/** What it is to find one that never decides; an allowance has no kinds. */
type Item = {
  readonly match: readonly { readonly text: string; readonly label: string }[];
  readonly kinds?: readonly BackendKind[];
};

/** The items of a list that never decide, because others come before them wherever they match. */
function shadowed(list: Path, items: readonly Item[]): readonly FileWarning[] {
  const read = items.map(({ match, kinds = backendKinds }) => {
    return { conditions: new Set(match.map(({ text }) => conditionOf(text))), match, kinds };
  });
  return read.flatMap(({ conditions, match, kinds }, index): readonly FileWarning[] => {
    const labels = new Set(match.map(({ label }) => label));
    const before = read.slice(0, index).flatMap((earlier, place) => {
      const isWider = earlier.match.every(
        ({ text }) => conditions.has(conditionOf(text)) || isAnybody(text, labels),
      );
      return isWider ? [{ place, kinds: earlier.kinds }] : [];
    });
    if (!kinds.every((kind) => before.some((earlier) => earlier.kinds.includes(kind)))) return [];
    const deciding = before.filter((earlier) => kinds.some((kind) => earlier.kinds.includes(kind)));
    const named = deciding.map(({ place }) => formatPath([...list, place])).join(", ");
    const told = `it never decides: whoever it matches is matched before, by ${named} (put what is narrower first)`;
    return [{ path: [...list, index, "match"], at: "value", told }];
  });
}

/** A matcher, however it is spaced and escaped. */
function conditionOf(text: string): string {
  return JSON.stringify(partsOf(text));
}

/** Whether a matcher names nobody: it only excepts some, or takes whatever there is. */
function isOpen(text: string): boolean {
  const { operator, value } = partsOf(text) ?? { operator: "=", value: "" };
  return operator.startsWith("!") || (operator === "=~" && /^\^?\.[*+]\$?$/u.test(value));
}

/** A session over a socket has no address, and so matches no matcher on it; whatever `labels` has a matcher on is there. */
function isAnybody(text: string, labels: ReadonlySet<string>): boolean {
  const { label, operator, value } = partsOf(text) ?? { label: "", operator: "=", value: "" };
  const isThere = label !== "client_addr" || labels.has(label);
  return isThere && operator === "=~" && /^\^?\.\*\$?$/u.test(value);
}
