import { readFile, writeFile } from "node:fs/promises";
import { arch, availableParallelism, platform } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { firstToldOf } from "./first-told.ts";
import { balanceOf, findingsText, type Findings } from "./findings.ts";
import { usable } from "./leashed-server.ts";
import { mostUsed, startPlay, type Play } from "./play.ts";
import { plotSvg, type Line } from "./plot.ts";
import { rescue } from "./rescued.ts";
import { untilExhausted } from "./watched.ts";

const major = "18";
const docs = new URL("../../docs/", import.meta.url);
const marks = ["<!-- What follows is written by npm run incident. -->\n", "<!-- Up to here. -->\n"] as const;

// No test for every day: it writes what docs/incident.md shows, with the shipped rules and nothing scaled.
test("the incident in real time", async () => {
  const play = await startPlay(
    [
      { name: "watched", settings: "watching" },
      { name: "leashed", settings: "leaking" },
      { name: "rescued", settings: "watching" },
    ],
    { major, factor: 1 },
  );
  onTestFinished(() => play.stop(), 120_000);
  const [watched, leashed, saved] = play.servers;
  if (watched === undefined || leashed === undefined || saved === undefined)
    throw new Error("three servers were asked for");
  const [exhausted, rescued] = await Promise.all([untilExhausted(watched, play), rescue(saved, play)]);
  const findings: Findings = {
    stage: await stageOf(play),
    beganMs: play.beganMs,
    exhausted,
    told: firstToldOf(play.stack.webhook.told, watched.name),
    rescued,
    bound: mostUsed(180),
    watched: await balanceOf(watched, play),
    leashed: await balanceOf(leashed, play),
    saved: await balanceOf(saved, play),
  };
  await writeFile(new URL("incident.svg", docs), drawn(play, findings));
  const page = new URL("incident.md", docs);
  await writeFile(page, replaced(await readFile(page, "utf8"), findingsText(findings)));

  expect(exhausted.forecast?.atMs).toBeLessThan(exhausted.leak?.atMs ?? NaN);
  expect(exhausted.leak?.atMs).toBeLessThan(exhausted.atMs);
  expect(findings.leashed.most).toBeLessThanOrEqual(findings.bound);
  expect(rescued.mostMeanwhile).toBeLessThanOrEqual(rescued.bound);
  expect([findings.leashed.healthy, findings.saved.healthy, findings.watched.ended]).toEqual([0, 0, 0]);
  expect([findings.leashed.failed, findings.saved.failed]).toEqual([0, 0]);
});

async function stageOf({ stack }: Play): Promise<string> {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
  const [prometheus, alertmanager] = await Promise.all([
    stack.prometheus.version(),
    stack.alertmanager.version(),
  ]);
  const versions = `pgleash ${version}, PostgreSQL ${major}, Prometheus ${prometheus}, Alertmanager ${alertmanager}`;
  const machine = `${availableParallelism()} cores (${platform()} ${arch()})`;
  const date = new Date().toISOString().slice(0, 10);
  return `Run on ${date} with ${versions} and Node.js ${process.versions.node}, all on one machine with ${machine}.`;
}

function drawn({ meter, beganMs }: Play, { exhausted, rescued }: Findings): string {
  const secondsOf = (ms: number): number => (ms - beganMs) / 1000;
  const minutes = Math.ceil(secondsOf(rescued.overMs) / 60) + 1;
  const shown = meter.points.filter(({ atMs }) => secondsOf(atMs) <= 60 * minutes);
  const line = (label: string, color: string, server: number): Line => ({
    label,
    color,
    points: withoutRepeats(
      shown.map(({ atMs, used }) => ({ seconds: secondsOf(atMs), used: used[server] ?? 0 })),
    ),
  });
  const mark = (server: number, ms: number | undefined, text: string) => ({
    seconds: secondsOf(ms ?? NaN),
    used: shown.findLast(({ atMs }) => atMs <= (ms ?? NaN))?.used[server] ?? 0,
    text,
  });
  return plotSvg({
    title: `Used connection slots, of ${usable}, while an application leaks 12 sessions a minute`,
    lines: [
      line("watching only", "#d0342c", 0),
      line("enforcing from the start", "#2a7f3f", 1),
      line("enforcing at 95", "#2458b3", 2),
    ],
    marks: [
      { ...mark(0, exhausted.forecast?.atMs, "told: slots run out soon"), side: "right", isBelow: true },
      { ...mark(0, exhausted.leak?.atMs, "told: sessions leak fast"), side: "left", isBelow: false },
      { ...mark(0, exhausted.atMs, "used up: requests fail"), side: "right", isBelow: false },
      { ...mark(2, rescued.switchedOnMs, "enforcing"), side: "right", isBelow: true },
      { ...mark(2, rescued.repairedMs, "the application is mended"), side: "right", isBelow: false },
      { ...mark(2, rescued.overMs, "the last leak is ended"), side: "left", isBelow: true },
    ],
    minutes,
    slots: usable,
  });
}

/** Of equal ones in a row the first and the last. */
function withoutRepeats(points: Line["points"]): Line["points"] {
  return points.filter(
    ({ used }, index) => used !== points[index - 1]?.used || used !== points[index + 1]?.used,
  );
}

function replaced(page: string, text: string): string {
  const [from, to] = marks.map((one) => page.indexOf(one));
  if (from === undefined || to === undefined || from < 0 || to < from)
    throw new Error("docs/incident.md has lost its marks");
  return `${page.slice(0, from)}${marks[0]}\n${text}\n${page.slice(to)}`;
}
