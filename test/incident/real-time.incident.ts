import { readFile, writeFile } from "node:fs/promises";
import { arch, availableParallelism, platform } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { balanceOf, findingsText, type Findings } from "./findings.ts";
import { usable } from "./leashed-server.ts";
import type { Point } from "./meter.ts";
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
    rescued,
    bound: mostUsed(180),
    watched: await balanceOf(watched, play),
    leashed: await balanceOf(leashed, play),
    saved: await balanceOf(saved, play),
  };
  await writeFile(new URL("incident.svg", docs), drawn(play, findings));
  const page = new URL("incident.md", docs);
  await writeFile(page, replaced(await readFile(page, "utf8"), findingsText(findings)));

  expect(exhausted.forecast?.atMs).toBeLessThan(exhausted.leaked?.atMs ?? NaN);
  expect(exhausted.leaked?.atMs).toBeLessThan(exhausted.atMs);
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

function drawn({ meter, beganMs, servers }: Play, { exhausted, rescued }: Findings): string {
  const secondsOf = (ms: number): number => (ms - beganMs) / 1000;
  const usedAt = (server: number, ms: number): number =>
    meter.points.findLast(({ atMs }) => atMs <= ms)?.used[server] ?? 0;
  const line = (label: string, color: string, server: number): Line => ({
    label,
    color,
    points: thinned(meter.points, server).map(({ atMs, used }) => ({
      seconds: secondsOf(atMs),
      used: used[server] ?? 0,
    })),
  });
  const mark = (server: number, ms: number | undefined, text: string, isBelow: boolean) => ({
    seconds: secondsOf(ms ?? NaN),
    used: usedAt(server, ms ?? NaN),
    text,
    isBelow,
  });
  return plotSvg({
    title: `Used connection slots, of ${usable}, while an application leaks 12 sessions a minute`,
    lines: [
      line("watching only", "#d0342c", 0),
      line("enforcing from the start", "#2a7f3f", 1),
      line("enforcing at 95", "#2458b3", servers.length - 1),
    ],
    marks: [
      mark(0, exhausted.forecast?.atMs, "told: slots run out soon", true),
      mark(0, exhausted.leaked?.atMs, "told: sessions have leaked", true),
      mark(0, exhausted.atMs, "used up: requests fail", false),
      mark(2, rescued.switchedOnMs, "enforcing", true),
      mark(2, rescued.repairedMs, "the application is mended", false),
      mark(2, rescued.overMs, "the last leak is ended", true),
    ],
    minutes: Math.ceil(secondsOf(rescued.overMs) / 60) + 1,
    slots: usable,
  });
}

/** Without the points at which nothing changes. */
function thinned(points: readonly Point[], server: number): readonly Point[] {
  return points.filter(
    ({ used }, index) =>
      used[server] !== points[index - 1]?.used[server] || used[server] !== points[index + 1]?.used[server],
  );
}

function replaced(page: string, text: string): string {
  const [from, to] = marks.map((one) => page.indexOf(one));
  if (from === undefined || to === undefined || from < 0 || to < from)
    throw new Error("docs/incident.md has lost its marks");
  return `${page.slice(0, from)}${marks[0]}\n${text}\n${page.slice(to)}`;
}
