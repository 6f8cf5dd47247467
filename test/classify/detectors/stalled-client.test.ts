import { expect, test } from "vitest";
import { stalledClient } from "../../../src/classify/detectors/stalled-client.ts";
import { aRunningStatement, seen } from "../../support/a-sighting.ts";
import { thresholds } from "../../support/thresholds.ts";

const threshold = thresholds.stalled_client;
const backend = aRunningStatement({ waitEventType: "Client", waitEvent: "ClientWrite" });

test("its age is how long the client was seen to stall, not how long the statement has run", () => {
  const sighting = seen(backend, { clientWait: { sinceSeconds: 100, seconds: 12 } });
  expect(stalledClient.ageSeconds(sighting, threshold)).toBe(12);
});

test("a wait that began anew is another period of the same statement", () => {
  const [first, second] = [100, 130].map((sinceSeconds) =>
    stalledClient.period(seen(backend, { clientWait: { sinceSeconds, seconds: 12 } })),
  );
  expect(first).not.toBe(second);
});

test("without a wait there is neither age nor period", () => {
  expect(stalledClient.ageSeconds(seen(backend, { clientWait: null }), threshold)).toBeNull();
  expect(stalledClient.period(seen(backend, { clientWait: null }))).toBeNull();
});
