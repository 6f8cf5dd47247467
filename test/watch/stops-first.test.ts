import { expect, onTestFinished, test, vi } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { firstView } from "../../src/expose/server-view.ts";
import type { Watch } from "../../src/watch/watch.ts";
import { createWatches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { aPath } from "../support/an-audit.ts";

const { happened } = vi.hoisted(() => ({ happened: new Array<string>() }));

/** Says what is asked of it. */
function aWatch(): Watch {
  return {
    lookQuickly: () => Promise.resolve(),
    look: () => Promise.resolve(),
    view: () => firstView("main", 10, configOf("").policy),
    leash: () => emptyLeash,
    stopActing: () => void happened.push("stopActing"),
    configure() {
      happened.push("configure");
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

vi.mock(import("../../src/watch/watch.ts"), () => ({ createWatch: () => aWatch() }));

test("E27: new settings stop the acts of a look under way before anything is waited for, such as an audit to read", async () => {
  const url = "postgres:///shop?host=/nowhere";
  const server = `servers: [{ name: main, url: "${url}" }]\n`;
  const watches = createWatches({
    log: aLog().log,
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    onChange: () => undefined,
  });
  onTestFinished(() => watches.stop());
  await watches.apply(configOf(server));
  expect(happened).toEqual([]);
  const applying = watches.apply(configOf(`${server}policy: { audit_file: ${await aPath()} }\n`));
  expect(happened).toEqual(["stopActing"]);
  await applying;
  expect(happened).toEqual(["stopActing", "configure"]);
});
