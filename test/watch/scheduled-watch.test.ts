import { expect, onTestFinished, test, vi } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { firstView } from "../../src/expose/server-view.ts";
import { startWatch, type ScheduledWatch } from "../../src/watch/scheduled-watch.ts";
import type { Watch } from "../../src/watch/watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { aLog } from "../support/a-log.ts";
import { anOpening } from "../support/an-opening.ts";
import { aLeashSettings } from "../support/a-watch.ts";
import { configOf } from "../support/config-text.ts";

type Wishes = {
  readonly every?: string;
  readonly quick?: string;
  readonly suspectAfter?: string;
  readonly match?: string;
};

/** As read from a file, anew each time, with all that a server can have in it. */
function settingsOf({
  every = "1h",
  quick = "0s",
  suspectAfter = "1m",
  match = "etl-.*",
}: Wishes = {}): WatchSettings {
  const config = configOf(`every: ${every}
quick_every: ${quick}
overrides:
  - match: ['application_name=~"${match}"']
    detectors: { idle_in_transaction: { suspect_after: ${suspectAfter}, leaked_after: 1h } }
pools:
  - { name: web, match: ['application_name="web"'], size: 10 }
servers:
  - { name: main, url: "postgres://me:secret@db1/shop" }
`);
  const [server] = config.servers;
  if (server === undefined) throw new Error("the text names a server");
  const { labelBudget, commentLabels: commentKeys } = config;
  return { server, labelBudget, commentKeys, leash: aLeashSettings() };
}

/** A watch that only notes what is asked of it. */
function aNotedWatch(settings: WatchSettings): {
  readonly watch: ScheduledWatch;
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const note = (what: string): Promise<void> => Promise.resolve(void asked.push(what));
  const noted: Watch = {
    look: () => note("look"),
    lookQuickly: () => note("quick look"),
    view: () => firstView("main", 1),
    leash: () => emptyLeash,
    stopActing: () => undefined,
    configure: () => note("configure"),
    close: () => note("close"),
  };
  const watch = startWatch(
    { settings, leash: emptyLeash, opening: anOpening(), log: aLog().log, onChange: () => undefined },
    () => noted,
  );
  onTestFinished(() => watch.end().then(() => undefined));
  return { watch, asked };
}

test("a server that is read anew and says the same takes the new policy, and is not looked at for that", async () => {
  const { watch, asked } = aNotedWatch(settingsOf());
  await watch.change(settingsOf(), undefined);
  expect(asked).toEqual(["look", "configure"]);
});

test.for<[string, Wishes]>([
  ["schedule", { every: "2h" }],
  ["quick looks", { quick: "1s" }],
  ["thresholds", { suspectAfter: "2m" }],
  ["matchers", { match: "batch-.*" }],
])("a server with other %s is looked at at once", async ([, wishes]) => {
  const { watch, asked } = aNotedWatch(settingsOf());
  await watch.change(settingsOf(wishes), undefined);
  expect(asked).toEqual(["look", "configure", "look"]);
});

test("settings that are the same but for being read anew change nothing at all", async () => {
  const settings = settingsOf();
  const { watch, asked } = aNotedWatch(settings);
  await watch.change({ ...settings, server: settingsOf().server }, undefined);
  expect(asked).toEqual(["look"]);
});

test("quick looks come as often as they are configured to, from one reload to the next, and end with the watch", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { watch, asked } = aNotedWatch(settingsOf({ quick: "2s" }));
  const quickLooksIn = async (seconds: number): Promise<number> => {
    const before = asked.filter((what) => what === "quick look").length;
    await vi.advanceTimersByTimeAsync(1000 * seconds);
    return asked.filter((what) => what === "quick look").length - before;
  };
  expect(await quickLooksIn(20)).toBe(10);
  await watch.change(settingsOf({ quick: "1s" }), undefined);
  expect(await quickLooksIn(20)).toBe(20);
  await watch.change(settingsOf(), undefined);
  expect(await quickLooksIn(20)).toBe(0);
  await watch.change(settingsOf({ quick: "1s" }), undefined);
  await watch.end();
  expect(await quickLooksIn(20)).toBe(0);
});
