import { afterEach, expect, test, vi } from "vitest";

import { makeAttempt } from "../../../src/postgres/attempts/make-attempt.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import { aConnection } from "../../support/a-connection.ts";

afterEach(() => vi.unstubAllEnvs());

test("a driver that cannot be made is a failed attempt, and no error of another kind", async () => {
  // The only option that the driver takes from the environment although it is given.
  vi.stubEnv("PGTARGETSESSIONATTRS", "bogus");
  const settings = aConnection({ host: "/nowhere", port: 5432 });
  const attempt = { address: settings.addresses[0], isEncrypted: false };
  const options = { deadline: startDeadline(1), lookTimeoutSeconds: 1, wanted: "any" } as const;
  expect(await makeAttempt(settings, attempt, options)).toMatchObject({
    end: "failed",
    isEncrypted: false,
    failure: { message: "target_session_attrs bogus is not supported" },
  });
});
