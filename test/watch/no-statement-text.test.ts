import { Registry } from "prom-client";
import { expect, test } from "vitest";

import type { EpisodeEvent } from "../../src/classify/episode.ts";
import { emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { outlook } from "../../src/expose/outlook.ts";
import { pageText } from "../support/page-text.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import { suspectTable } from "../../src/expose/suspect-table.ts";
import { suspectsJson } from "../../src/expose/suspects-json.ts";
import { narrate, nothingTold } from "../../src/watch/narrate.ts";
import { aBackend } from "../support/a-backend.ts";
import { aLog } from "../support/a-log.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aPoolSuspect, aProbe, aReport, aSuspect, aView } from "../support/a-view.ts";

const secret = "hunter2";
const statement = { head: `ALTER ROLE app PASSWORD '${secret}'`, tail: `-- ${secret}`, isCut: false };
const backend = aBackend({ statement, state: "idle in transaction" });
const suspect = aSuspect({ backend, redactedStatement: "ALTER ROLE app PASSWORD $1" });

test("nothing of a statement is shown anywhere, but for what is left without its literals", async () => {
  const events: readonly EpisodeEvent[] = [
    { type: "suspected", episode: suspect },
    { type: "leaked", episode: suspect },
    { type: "ended", episode: suspect, end: "vanished" },
  ];
  const report = aReport({
    snapshot: aSnapshot({ candidates: [backend] }),
    suspects: [suspect, aPoolSuspect()],
    events,
  });
  const look = {
    report,
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget: 10,
    commentKeys: ["route", "job"],
  };
  const server = viewAfterLook(firstView("db1", 5), look);
  const view = aView({ servers: [server] });
  const { log, records } = aLog();
  narrate(log, { before: firstView("db1", 5), after: server, told: nothingTold });

  const shown = [
    await pageText(view, new Registry()),
    landingPage(view, { metricsPath: "/metrics", hasApi: true }),
    JSON.stringify(suspectsJson([server])),
    suspectTable([server]).join("\n"),
    outlook([server]).join("\n"),
    JSON.stringify(records),
  ];
  expect(records.length).toBeGreaterThan(events.length - 1);
  for (const text of shown) expect(text).not.toContain(secret);
  expect(shown.filter((text) => text.includes("ALTER ROLE app PASSWORD $1"))).toHaveLength(3);
});
