import { createHmac, randomBytes } from "node:crypto";

import { clientNetwork } from "../client-network.ts";
import type { Credentials } from "./basic-credentials.ts";
import { bcryptCost, checkableHash, dummyHash } from "./bcrypt-hash.ts";
import { createFairQueue, type QueueBounds } from "../fair-queue.ts";
import type { ComparePassword, PasswordQuestion } from "./password-question.ts";

/** Whether somebody is who they say; `busy`: too many passwords wait to be checked. */
export type Verdict = "right" | "wrong" | "busy";

/** Names of users, and bcrypt hashes of their passwords. */
export type Users = ReadonlyMap<string, string>;

/** Who asks. */
export type Claim = Credentials & {
  /** The address of the client. */
  readonly client: string;
};

export type PasswordChecks = {
  /** What is known without hashing. */
  known(users: Users, claim: Claim): Verdict | undefined;
  check(users: Users, claim: Claim): Promise<Verdict>;
};

const MOST_KEPT = 1000;

/** So that wrong passwords of some clients leave room for the right ones of others. */
const waitingBounds: QueueBounds = { most: 64, mostOfOne: 4 };

/** A password that waits to be checked. */
type Waiting = {
  readonly question: PasswordQuestion;
  readonly settle: (verdict: Verdict | Promise<Verdict>) => void;
};

/**
 * Checks passwords, one after the other, and keeps the results. A result holds for a user, a hash and a password, of which
 * only a digest is kept. Right ones are kept apart: no number of wrong ones drives them out.
 */
export function createPasswordChecks(compare: ComparePassword): PasswordChecks {
  const digestKey = randomBytes(32);
  const right = new Set<string>();
  const wrong = new Set<string>();
  const underWay = new Map<string, Promise<Verdict>>();
  const queue = createFairQueue<Waiting>(waitingBounds);
  let isHashing = false;

  function digest(users: Users, { user, password }: Credentials): string {
    const parts = [user, users.get(user) ?? "", password];
    return createHmac("sha256", digestKey).update(JSON.stringify(parts)).digest("base64");
  }

  function knownOf(key: string, client: string): Verdict | undefined {
    if (right.has(key)) return "right";
    if (wrong.has(key)) return "wrong";
    return underWay.has(key) || queue.hasRoomFor(clientNetwork(client)) ? undefined : "busy";
  }

  async function hashAll(): Promise<void> {
    if (isHashing) return;
    isHashing = true;
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      const answer = compare(next.question).then((isMatch) =>
        isMatch ? ("right" as const) : ("wrong" as const),
      );
      next.settle(answer);
      await answer.catch(() => undefined); // whoever asked is told
    }
    isHashing = false;
  }

  async function hashed(users: Users, claim: Claim, key: string): Promise<Verdict> {
    const question = questionOf(users, claim);
    const matches = new Promise<Verdict>((settle) => {
      queue.add(clientNetwork(claim.client), { question, settle })?.settle("busy");
    });
    void hashAll();
    const verdict = await matches;
    if (verdict === "busy") return verdict;
    const told = users.has(claim.user) ? verdict : "wrong";
    keep(told === "right" ? right : wrong, key);
    return told;
  }

  return {
    known: (users, claim) => knownOf(digest(users, claim), claim.client),
    async check(users, claim) {
      const key = digest(users, claim);
      const known = knownOf(key, claim.client);
      if (known !== undefined) return known;
      const same = underWay.get(key);
      if (same !== undefined) return same;
      const verdict = hashed(users, claim, key);
      underWay.set(key, verdict);
      try {
        return await verdict;
      } finally {
        underWay.delete(key);
      }
    },
  };
}

/**
 * A user that is not there is checked against a hash of the highest cost. For one that is, with a lower cost, a wrong
 * password takes as many rounds in all: 2^c + 2^c + 2^(c+1) + … + 2^(highest-1) = 2^highest.
 */
function questionOf(users: Users, { user, password }: Credentials): PasswordQuestion {
  const highest = Math.max(...[...users.values()].map((hash) => bcryptCost(hash) ?? 0));
  const given = users.get(user);
  const hash = given === undefined ? undefined : checkableHash(given);
  if (given === undefined || hash === undefined) return { password, hash: dummyHash(highest), padding: [] };
  const cost = bcryptCost(given) ?? highest;
  return { password, hash, padding: Array.from({ length: highest - cost }, (_, index) => cost + index) };
}

function keep(kept: Set<string>, key: string): void {
  kept.add(key);
  const [oldest] = kept;
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}
