import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { shareLookUps, type LookUp } from "../../../src/postgres/attempts/share-look-ups.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import { resolveAddress } from "../../../src/postgres/attempts/resolve-address.ts";

const SLOTS = 8;

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** A name service that answers good names at once, and the others when the test says so. */
function aNameService(): {
  readonly lookUp: LookUp;
  readonly begun: readonly string[];
  readonly underWay: () => number;
  readonly most: () => number;
  /** Fails all look-ups under way, after so many seconds. */
  readonly giveUpAfter: (seconds: number) => void;
} {
  const begun: string[] = [];
  const hanging = new Set<() => void>();
  let most = 0;
  return {
    begun,
    underWay: () => hanging.size,
    most: () => most,
    giveUpAfter(seconds) {
      vi.advanceTimersByTime(seconds * 1000);
      for (const giveUp of hanging) giveUp();
      hanging.clear();
    },
    lookUp(host) {
      begun.push(host);
      if (host.startsWith("good")) return Promise.resolve(["192.0.2.1"]);
      return new Promise((_resolve, reject) => {
        hanging.add(() => reject(new Error("EAI_AGAIN")));
        most = Math.max(most, hanging.size);
      });
    },
  };
}

function names(what: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`);
}

/** Everything that waits for nothing else is done then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) await Promise.resolve();
}

/** Asks, and does not care for the answer. */
async function ask(lookUp: LookUp, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) lookUp(host).catch(() => undefined);
  await settled();
}

/** Which of them are answered without waiting for anybody. */
async function answered(lookUp: LookUp, hosts: readonly string[]): Promise<readonly string[]> {
  const done: string[] = [];
  for (const host of hosts)
    lookUp(host).then(
      () => done.push(host),
      () => undefined,
    );
  await settled();
  return done;
}

test("100 names that are never answered keep nobody waiting whose name was answered before", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, SLOTS);
  const good = names("good", 10);
  expect(await answered(lookUp, good)).toEqual(good);
  await ask(lookUp, names("dead", 100));
  expect(await answered(lookUp, good)).toEqual(good);
  expect(service.most()).toBe(6);
});

test("nor names that nobody asked for yet, once the others are known to hang", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, SLOTS);
  const dead = names("dead", 100);
  const good = names("good", 10);
  await ask(lookUp, dead);
  for (let round = 0; round < Math.ceil(100 / 6); round += 1) {
    service.giveUpAfter(10);
    await settled();
  }
  expect([...service.begun].toSorted()).toEqual([...dead].toSorted());
  await ask(lookUp, dead);
  expect(await answered(lookUp, good)).toEqual(good);
  expect(service.underWay()).toBe(4);
  expect(service.most()).toBe(6);
});

test("names that failed at once are as good as those that were answered", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, SLOTS);
  await ask(lookUp, ["bad"]);
  service.giveUpAfter(0.9);
  await settled();
  await ask(lookUp, [...names("dead", 100), "bad"]);
  expect(service.begun.at(-1)).toBe("bad");
});

test("of two slots one is left for names that were answered quickly", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, 2);
  const good = names("good", 3);
  expect(await answered(lookUp, good)).toEqual(good);
  await ask(lookUp, names("dead", 10));
  expect(await answered(lookUp, good)).toEqual(good);
  service.giveUpAfter(10);
  await settled();
  await ask(lookUp, names("dead", 10));
  expect(await answered(lookUp, good)).toEqual(good);
  expect(service.most()).toBe(1);
});

test("a name whose askers all gave up is not looked up any more, and one with an asker left is", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, 1);
  const [first, second] = [new AbortController(), new AbortController()];
  await ask(lookUp, ["dead"]);
  const left = lookUp("left", first.signal);
  const waited = [lookUp("waited", first.signal), lookUp("waited", second.signal)];
  void Promise.allSettled(waited);
  first.abort();
  await expect(left).rejects.toThrow("nobody waits");
  await ask(lookUp, ["later"]);
  for (let round = 0; round < 3; round += 1) {
    service.giveUpAfter(0);
    await settled();
  }
  expect(service.begun).toEqual(["dead", "waited", "later"]);
  await ask(lookUp, ["left"]);
  expect(service.begun.at(-1)).toBe("left");
});

test("whoever asks for a name that is being looked up gets the same answer, and the next one a new one", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, SLOTS);
  const asked = Array.from({ length: 100 }, () => lookUp("dead"));
  await settled();
  expect(service.begun).toEqual(["dead"]);
  service.giveUpAfter(0);
  const results = await Promise.allSettled(asked);
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  await ask(lookUp, ["dead"]);
  expect(service.begun).toEqual(["dead", "dead"]);
});

test("a look-up holds its slot until it ends, and not only until its asker gives up", async () => {
  const service = aNameService();
  const lookUp = shareLookUps(service.lookUp, 1);
  const place = { host: "dead", hostAddress: undefined, port: 5432 };
  const asked = resolveAddress(place, { lookUp, deadline: startDeadline(0.001) });
  await expect(asked).rejects.toMatchObject({ reason: "timeout" });
  expect(await answered(lookUp, ["good"])).toEqual([]);
  const late = resolveAddress({ ...place, host: "late" }, { lookUp, deadline: startDeadline(0.001) });
  await expect(late).rejects.toMatchObject({ reason: "timeout" });
  service.giveUpAfter(0);
  await settled();
  // Nobody waits for the late one any more.
  expect(service.begun).toEqual(["dead", "good"]);
});

test("an address is nobody's name, and a socket's folder neither", async () => {
  const service = aNameService();
  const means = { lookUp: shareLookUps(service.lookUp, SLOTS), deadline: startDeadline(1) };
  for (const host of ["127.0.0.1", "::1", "/run/postgresql"]) {
    const place = { host, hostAddress: undefined, port: 5432 };
    expect(await resolveAddress(place, means)).toEqual([place]);
  }
  expect(service.begun).toEqual([]);
});
