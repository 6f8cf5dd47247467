import { describe, expect, onTestFinished, test } from "vitest";

import { aPolicy, aRule } from "../support/a-case.ts";
import { leashedWatch } from "../support/a-leashed-watch.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { anAudit } from "../support/an-audit.ts";
import { connectTo, postgresMajors } from "../support/real-postgres.ts";

const policy = aPolicy({ rules: [aRule({ name: "leaks", minAgeSeconds: 1, minSightings: 2 })] });

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test("a leak whose role is renamed between the looks is spared at first, and ended by its new name", async () => {
    await server.forgetLongAgo(1);
    const watch = await leashedWatch(server, { policy, audit: await anAudit() });
    onTestFinished(() => watch.close());
    await watch.look();
    const admin = connectTo(server);
    await admin.unsafe("ALTER ROLE app RENAME TO shop");
    onTestFinished(async () => {
      await admin.unsafe("ALTER ROLE shop RENAME TO app");
      await admin.end();
    });
    const outcomes = async (): Promise<readonly unknown[]> =>
      ((await watch.look()).report?.leash?.results ?? []).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(["moved_on"]);
    expect(await outcomes()).toEqual(["terminated"]);
    expect(await server.leaks()).toBe(0);
  });
});
