import type { Session } from "../../src/postgres/session.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { createOwnLooks } from "./own-looks.ts";
import { LOOK_SECONDS, openOwnSession } from "./own-session.ts";
import type { Target } from "./target.ts";

type Sent = Parameters<Session["query"]>;

/** What follows the first looks is as it stays: names are known, and the suspects are followed. */
const FIRST_LOOKS = 8;
/** Among so many looks in a row there is one without evidence, which has a rhythm of its own. */
const OBSERVED_LOOKS = 3;

/**
 * The look of pgleash: what a cycle has sent over its session in a look without evidence, sent again, with the parameters that
 * it had.
 */
export async function census(lifetime: Lifetime, server: BenchServer): Promise<Target> {
  const { session, probe } = await openOwnSession(lifetime, server);
  let sent: Sent[] = [];
  const recorded: Session = {
    ...session,
    query(...words) {
      sent.push(words);
      return session.query(...words);
    },
  };
  const looks = createOwnLooks({ session: recorded, probe });
  for (let count = 0; count < FIRST_LOOKS; count += 1) await looks.look();
  const observed: Sent[][] = [];
  for (let count = 0; count < OBSERVED_LOOKS; count += 1) {
    sent = [];
    await looks.look();
    observed.push(sent);
  }
  const [statements = []] = observed.toSorted((a, b) => a.length - b.length);
  return {
    key: "census",
    async run() {
      for (const [text, parameters, options] of statements)
        await session.query(text, parameters, { ...options, deadline: startDeadline(LOOK_SECONDS) });
    },
    serverCpu: () => cpuOf(probe.backendPid),
    pid: null,
  };
}
