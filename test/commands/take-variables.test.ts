import { expect, test } from "vitest";

import { takeVariables } from "../../src/commands/take-variables.ts";
import { runProgram } from "../support/a-program.ts";

test("the variables of libpq are taken out of the environment, and the others stay", () => {
  const environment = { PGHOST: "db1", PGTARGETSESSIONATTRS: "standby", PATH: "/bin", pgx: "y" };
  expect(takeVariables(environment)).toEqual({
    PGHOST: "db1",
    PGTARGETSESSIONATTRS: "standby",
    PATH: "/bin",
    pgx: "y",
  });
  expect(environment).toEqual({ PATH: "/bin", pgx: "y" });
});

test("the program reads them once: what the string says comes before a variable also in the driver", async () => {
  const { stdout } = await runProgram(["doctor", "host=/nowhere target_session_attrs=any"], {
    PGTARGETSESSIONATTRS: "bogus",
  });
  expect(stdout).toContain("/nowhere");
  expect(stdout).not.toContain("bogus");
});
