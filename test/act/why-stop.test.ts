import { expect, test } from "vitest";

import type { PauseWatch } from "../../src/act/pause-file.ts";
import { whyStop } from "../../src/act/permit.ts";
import type { Session } from "../../src/postgres/session.ts";

const NOW = 1_800_000_000;

function aSession(isOpen = true): Session {
  return {
    query: () => Promise.reject(new Error("nothing is to be asked")),
    isOpen: () => isOpen,
    close: () => Promise.resolve(),
  };
}

function aPause(reason: string | null): PauseWatch {
  const order = reason === null ? null : { reason, untilSeconds: null, by: null };
  return { read: (nowSeconds) => Promise.resolve(nowSeconds === NOW ? order : null) };
}

const going = new AbortController().signal;

test("E27: nothing stops an act for which nobody said stop, with a pause file or without", async () => {
  for (const pause of [null, aPause(null)])
    expect(await whyStop(aSession(), { pause, stopping: going, nowSeconds: NOW })).toBeNull();
});

test("E27: a pause stops it, in the words of whoever ordered it", async () => {
  const stop = await whyStop(aSession(), { pause: aPause("release 7"), stopping: going, nowSeconds: NOW });
  expect(stop).toEqual({ reason: "paused", why: "paused: release 7" });
});

test("E27: new settings and the end of the watch stop it, and are no pause", async () => {
  const stopping = AbortSignal.abort();
  const stop = await whyStop(aSession(), { pause: aPause("release 7"), stopping, nowSeconds: NOW });
  expect(stop).toEqual({
    reason: "stopping",
    why: "stopped: new settings came during the look, or the watch ends",
  });
});

test("E27: new settings that come while the pause file is read stop it, too", async () => {
  const settings = new AbortController();
  const pause: PauseWatch = {
    read() {
      settings.abort();
      return Promise.resolve(null);
    },
  };
  const stop = await whyStop(aSession(), { pause, stopping: settings.signal, nowSeconds: NOW });
  expect(stop?.reason).toBe("stopping");
});

test("E24: the end of the session that held the lease stops it", async () => {
  const stop = await whyStop(aSession(false), { pause: null, stopping: going, nowSeconds: NOW });
  expect(stop).toEqual({
    reason: "no_lease",
    why: "the lease was lost during the look, with the connection that held it",
  });
});
