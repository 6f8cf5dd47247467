import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

import { leakKinds } from "../../src/classify/kind.ts";
import { emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { pageText } from "../support/page-text.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { View } from "../../src/expose/view.ts";
import { startProgram } from "../support/a-program.ts";
import { aBackend } from "../support/a-backend.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, aProbe, aReport, aSuspect, aView } from "../support/a-view.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

/** What `promtool check metrics` says of a page. It is in the Debian package `prometheus`. */
async function lint(page: string): Promise<{ readonly code: unknown; readonly output: string }> {
  const promtool = spawn("promtool", ["check", "metrics"]);
  const started = once(promtool, "spawn").catch((error: unknown) => {
    throw new Error("promtool is not installed: apt-get install prometheus", { cause: error });
  });
  await started;
  const closed = once(promtool, "close");
  promtool.stdin.end(page);
  const [stdout, stderr] = await Promise.all([text(promtool.stdout), text(promtool.stderr)]);
  const [code]: unknown[] = await closed;
  return { code, output: stdout + stderr };
}

const hostileNames = [
  '"',
  "\\",
  "\n",
  '"} 1\nevil 1',
  "…other",
  "\u2028\u202e",
  "👍",
  '{a="b"}',
  "# HELP x",
  "\0\t\r",
  "",
];

function hostileView(): View {
  const holders = hostileNames.map((name) => ({ datname: name, usename: name, applicationName: name }));
  const groups = holders.map((holder) => aGroup(holder));
  const suspects = holders.map((holder) => aSuspect({ backend: aBackend(holder) }));
  const report = aReport({ snapshot: aSnapshot({ groups }), suspects });
  const look = {
    report,
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget: 50,
    commentKeys: [],
  };
  return aView({ servers: [viewAfterLook(firstView('a "server"\\\n', 5), look)] });
}

test.for([
  { what: "of a calm server", view: aView() },
  { what: "of a process that has not looked yet", view: aView({ servers: [firstView("db1", 5)] }) },
  { what: "with suspects, a folded rest and a server that is down", view: aBusyView() },
  { what: "with hostile names", view: hostileView() },
])("promtool finds nothing to say about the page $what", async ({ view }) => {
  expect(await lint(await pageText(view, processRegistry()))).toEqual({ code: 0, output: "" });
});

test("promtool would say so if there were", async () => {
  const { code, output } = await lint("# HELP x_total X.\n# TYPE x_total gauge\nx_total 1\n");
  expect(code).not.toBe(0);
  expect(output).toContain("x_total");
});

test("promtool finds nothing to say about the live page of the demo, whose series are all different", async () => {
  const demo = startProgram(["demo", "--for=50s"]);
  const page = await waitFor(
    "all kinds to be found",
    async () => {
      const url = /http:\S+\/metrics/.exec(demo.stdout())?.[0];
      if (url === undefined || !/all \d kinds found/.test(demo.stdout())) return false;
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      return response.text();
    },
    45,
  );
  demo.kill("SIGINT");
  expect(await lint(page)).toEqual({ code: 0, output: "" });
  const found = samplesOf(page, "pgleash_suspects").filter(({ value }) => value > 0);
  expect(new Set(found.map(({ labels }) => labels["kind"]))).toEqual(
    new Set(
      leakKinds.filter((kind) => !["never_used", "idle_too_long", "prepared_transaction"].includes(kind)),
    ),
  );
  expect(samplesOf(page, "pgleash_blocked_sessions")).toMatchObject([{ value: 1 }]);
  expect(await demo.ended).toBe(0);
});
