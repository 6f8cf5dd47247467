import { firstAt } from "./alert.ts";
import { ageOf, type Peer } from "./rule.ts";

const source = "percona/percona-toolkit, bin/pt-kill";

/** Of its synopsis. */
const BUSY_SECONDS = 60;
/** It names none: this is the age from which pgleash calls an idle transaction leaked. */
const IDLE_SECONDS = 600;

/**
 * pt-kill is for MySQL, where a session is `Query` or `Sleep`, in a transaction or not. Its way of matching, over the sessions of
 * PostgreSQL: `Query` is what is active, `Sleep` is everything else.
 */
export const ptKill: Peer = {
  name: "pt-kill's way",
  rules: [
    {
      name: "--busy-time 60",
      published: "pt-kill --busy-time 60 --kill: Command eq 'Query' and Time >= busy_time",
      source,
      names: "the session",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.rows.some(
            ({ backendType, state, queryStart }) =>
              backendType === "client backend" &&
              state === "active" &&
              ageOf(queryStart, view) >= BUSY_SECONDS,
          ),
        ),
    },
    {
      name: "--idle-time 600",
      published: "pt-kill --idle-time 600 --victims all --kill: Command eq 'Sleep' and Time >= idle_time",
      source,
      names: "the session",
      firesAt: (views) =>
        firstAt(views, (view) =>
          view.rows.some(
            ({ backendType, state, stateChange }) =>
              backendType === "client backend" &&
              state !== null &&
              state !== "active" &&
              ageOf(stateChange, view) >= IDLE_SECONDS,
          ),
        ),
    },
  ],
};
