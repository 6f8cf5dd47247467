import { expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { firstView } from "../../src/expose/server-view.ts";
import { createRoster } from "../../src/watch/roster.ts";
import type { ScheduledWatch } from "../../src/watch/scheduled-watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { aLog } from "../support/a-log.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";

const recall = { leashOf: () => emptyLeash, isNews: false };

function settingsOf(name: string): WatchSettings {
  const server = aServerConfig({ host: "/nowhere", port: 5432 }, { name });
  return { server, labelBudget: 200, commentKeys: [], leash: aLeashSettings() };
}

/** Watches that only note what is asked of them, and change as soon as the test lets them. */
function aStage(): {
  readonly roster: ReturnType<typeof createRoster>;
  readonly asked: readonly string[];
  readonly letChange: () => void;
} {
  const asked: string[] = [];
  let letChange: (() => void) | undefined;
  const begin = ({ settings: { server } }: { readonly settings: WatchSettings }): ScheduledWatch => {
    asked.push(`begin ${server.name}`);
    return {
      view: () => firstView(server.name, 1),
      leash: () => emptyLeash,
      stopActing: () => void asked.push(`stop acting ${server.name}`),
      change: () =>
        new Promise((resolve) => {
          asked.push(`change ${server.name}`);
          letChange = resolve;
        }),
      end: () => Promise.resolve(emptyLeash),
    };
  };
  const roster = createRoster({ log: aLog().log, onChange: () => undefined }, begin);
  return { roster, asked, letChange: () => letChange?.() };
}

test("a server that changes while acting is stopped does not act again for having changed, nor does a new one", async () => {
  const { roster, asked, letChange } = aStage();
  await roster.settle([settingsOf("one")], recall);
  const settling = roster.settle([settingsOf("one")], recall);
  roster.stopActing();
  letChange();
  await settling;
  void roster.settle([settingsOf("one"), settingsOf("two")], recall);
  expect(asked).toEqual([
    "begin one",
    "change one",
    "stop acting one",
    "stop acting one",
    "begin two",
    "stop acting two",
    "change one",
  ]);
});

test("once acting is allowed again, the next settlement is what allows it", async () => {
  const { roster, asked, letChange } = aStage();
  await roster.settle([settingsOf("one")], recall);
  roster.stopActing();
  roster.allowActing();
  const settling = roster.settle([settingsOf("one"), settingsOf("two")], recall);
  letChange();
  await settling;
  expect(asked).toEqual(["begin one", "stop acting one", "begin two", "change one"]);
});

test("a roster that was stopped begins nothing more", async () => {
  const { roster, asked } = aStage();
  await roster.stop();
  expect(await roster.settle([settingsOf("one")], recall)).toEqual(new Map());
  expect(asked).toEqual([]);
});
