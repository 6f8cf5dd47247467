import { firstAt } from "./alert.ts";
import { ageOf, type Peer } from "./rule.ts";

/** Off by default: this is the age from which pgleash calls an idle transaction leaked. */
const TIMEOUT_SECONDS = 600;

/** What the server itself would have ended. */
export const sessionTimeout: Peer = {
  name: "idle_in_transaction_session_timeout",
  rules: [
    {
      name: "idle_in_transaction_session_timeout = 10min",
      published:
        "Terminate any session that has been idle (that is, waiting for a client query) within an open transaction for longer than the specified amount of time.",
      source: "PostgreSQL, Client Connection Defaults",
      names: "the session",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.rows.some(
            ({ state, stateChange }) =>
              (state === "idle in transaction" || state === "idle in transaction (aborted)") &&
              ageOf(stateChange, view) >= TIMEOUT_SECONDS,
          ),
        ),
    },
  ],
};
