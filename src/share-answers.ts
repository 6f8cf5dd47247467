/**
 * Runs an operation that is called by this name, when its turn comes. Rejects as the operation does. `givenUp` says that this
 * asker waits no longer.
 */
export type SharedAnswers<Answer> = (
  name: string,
  operation: () => Promise<Answer>,
  givenUp?: AbortSignal,
) => Promise<Answer>;

/** How the last operation of a name went; the better, the sooner its turn comes. */
type Standing = "quick" | "new" | "slow";

const standings: readonly Standing[] = ["quick", "new", "slow"];

/** Longer than any name service or disk takes that is well. */
const SLOW_SECONDS = 1;

/** Of more names the oldest count as new again. */
const MOST_REMEMBERED = 10_000;

/** How many slots a standing and all that are worse may hold. */
type Shares = Readonly<Record<Standing, number>>;

/** One operation that waits for its turn, or is under way. */
type Turn = { readonly standing: Standing; readonly begin: () => void };

/** One that somebody asked for; `leave` takes it out of the waiting line. */
type Asked<Answer> = { readonly answer: Promise<Answer>; readonly leave: () => void; askers: number };

/**
 * Operations that keep each other waiting as little as can be. One that hangs holds one of a few threads and cannot be called
 * off, so at most `slots` are under way, and one holds its slot until it ends, however long ago its askers gave up; one whose
 * turn has not come is then forgotten. Whoever asks for a name that is asked for already gets the same answer. Names that took
 * long the last time get half of the slots, and together with those that nobody asked for yet three quarters: the rest, one at
 * the least where there are two, is for names that are answered quickly.
 */
export function shareAnswers<Answer>(slots: number): SharedAnswers<Answer> {
  const shares: Shares = { quick: slots, new: shareOf(slots, 3 / 4), slow: shareOf(slots, 1 / 2) };
  const asked = new Map<string, Asked<Answer>>();
  const known = createStandings();
  const waiting = new Set<Turn>();
  const underWay = new Set<Turn>();

  function beginWhoCan(): void {
    for (const standing of standings) {
      for (const turn of waiting) {
        if (turn.standing !== standing || !hasRoom(shares, underWay, standing)) continue;
        waiting.delete(turn);
        underWay.add(turn);
        turn.begin();
      }
    }
  }

  async function run(name: string, operation: () => Promise<Answer>, turn: Turn): Promise<Answer> {
    const begunMs = performance.now();
    try {
      return await operation();
    } finally {
      known.remember(name, (performance.now() - begunMs) / 1000);
      underWay.delete(turn);
      asked.delete(name);
      beginWhoCan();
    }
  }

  function ask(name: string, operation: () => Promise<Answer>): Asked<Answer> {
    let leave: (() => void) | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      const turn: Turn = {
        standing: known.of(name),
        begin: () => void run(name, operation, turn).then(resolve, reject),
      };
      leave = () => {
        if (!waiting.delete(turn)) return;
        asked.delete(name);
        reject(new Error("nobody waits for it any longer"));
      };
      waiting.add(turn);
    });
    return { answer, leave: () => leave?.(), askers: 0 };
  }

  return (name, operation, givenUp) => {
    const one = asked.get(name) ?? ask(name, operation);
    asked.set(name, one);
    one.askers += 1;
    const giveUp = (): void => {
      one.askers -= 1;
      if (one.askers === 0) one.leave();
    };
    givenUp?.addEventListener("abort", giveUp, { once: true });
    beginWhoCan();
    return one.answer;
  };
}

/** A part of the slots, but one at the least, and not all where there are more. */
function shareOf(slots: number, part: number): number {
  return Math.max(1, Math.min(slots - 1, Math.ceil(slots * part)));
}

function hasRoom(shares: Shares, underWay: ReadonlySet<Turn>, standing: Standing): boolean {
  const rank = standings.indexOf(standing);
  return standings.slice(0, rank + 1).every((one, least) => {
    const held = [...underWay].filter((turn) => standings.indexOf(turn.standing) >= least);
    return held.length < shares[one];
  });
}

/** What is remembered of names. */
type Standings = { of(name: string): Standing; remember(name: string, seconds: number): void };

function createStandings(): Standings {
  const known = new Map<string, Standing>();
  return {
    of: (name) => known.get(name) ?? "new",
    remember(name, seconds) {
      known.delete(name);
      known.set(name, seconds > SLOW_SECONDS ? "slow" : "quick");
      const [oldest] = known.keys();
      if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
    },
  };
}
