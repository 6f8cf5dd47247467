import { describe, expect, test } from "vitest";

import { startDeadline } from "../../src/postgres/deadline.ts";
import { inspect } from "../../src/postgres/inspect.ts";
import type { Session } from "../../src/postgres/session.ts";

/** A session that answers everything with these rows. */
function answering(...rows: readonly unknown[]): Session {
  return {
    query: () => Promise.resolve({ rows, announcedPid: 1 }),
    isOpen: () => true,
    close: () => Promise.resolve(),
  };
}

const row = {
  ssl: true,
  tls_version: "TLSv1.3",
  cipher: "TLS_AES_256_GCM_SHA384",
  track_activities: true,
  query_size: 1024,
  uses_reserved: false,
  quoted_user: "pgleash",
};

const options = { deadline: startDeadline(5) };

describe("an inspection", () => {
  test("tells how the connection is encrypted", async () => {
    expect(await inspect(answering(row), options)).toMatchObject({
      tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
    });
  });

  // The view has no row where the server cannot know, and NULLs where there is no TLS.
  test.for([false, null])("with ssl %s there is none", async (ssl) => {
    const plain = { ...row, ssl, tls_version: null, cipher: null };
    expect(await inspect(answering(plain), options)).toMatchObject({ tls: null });
  });

  test.for([[], [{}], [{ ...row, query_size: "1kB" }], [null]])(
    "of an answer such as %j fails",
    async (rows) => {
      await expect(inspect(answering(...rows), options)).rejects.toMatchObject({ reason: "protocol" });
    },
  );
});
