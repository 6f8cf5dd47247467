import { expect, test } from "vitest";

import { whyUnwanted } from "../../../src/postgres/attempts/session-attributes.ts";
import { targetSessionAttributes } from "../../../src/postgres/settings.ts";

// A standby is always read-only; a primary may be by default_transaction_read_only.
test.for([
  [{ standby: false, readOnly: false }, ["any", "read-write", "primary", "prefer-standby"]],
  [{ standby: false, readOnly: true }, ["any", "read-only", "primary", "prefer-standby"]],
  [{ standby: true, readOnly: true }, ["any", "read-only", "standby", "prefer-standby"]],
] as const)("%o is %o", ([state, wanted]) => {
  expect(targetSessionAttributes.filter((attributes) => whyUnwanted(attributes, state) === null)).toEqual(
    targetSessionAttributes.filter((attributes) => wanted.some((word) => word === attributes)),
  );
});

test("the reason names what was found and what was wanted", () => {
  expect(whyUnwanted("primary", { standby: true, readOnly: true })).toBe(
    "it is a standby, and target_session_attrs is primary",
  );
});
