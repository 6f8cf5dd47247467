import { QUIET_SECONDS, type Draws, type World } from "./simulated.ts";

/** A healthy group of sessions, of a shape that might be taken for a leak. */
export type HealthyWorld = (draws: Draws) => World;

/** 0 before `fromSeconds`, 1 from `overSeconds` later on, and a straight line between. */
function ramp(atSeconds: number, fromSeconds: number, overSeconds: number): number {
  return Math.min(1, Math.max(0, (atSeconds - fromSeconds) / overSeconds));
}

/** A pool as `sessionsAt` says, of which a session is quiet when it was there for the quiet time; both wobble. */
function idlePool(draws: Draws, sessionsAt: (atSeconds: number) => number): World {
  return (atSeconds) => {
    const sessions = Math.round(sessionsAt(atSeconds));
    const old = Math.round(sessionsAt(Math.max(0, atSeconds - QUIET_SECONDS)));
    return {
      quiet: 3 + Math.min(sessions, old) + draws.between(-1, 1),
      sessions: 12 + sessions + draws.between(-3, 3),
    };
  };
}

/** Within a minute to a full pool, which stays. */
const burst: HealthyWorld = (draws) => {
  const [fromSeconds, overSeconds] = [draws.between(60, 1200), draws.between(10, 60)];
  return idlePool(draws, (atSeconds) => 50 * ramp(atSeconds, fromSeconds, overSeconds));
};

const burstOfSingles: HealthyWorld = (draws) => {
  const [fromSeconds, overSeconds] = [draws.between(60, 1200), draws.between(10, 60)];
  const opened = Array.from({ length: 50 }, () => fromSeconds + draws.uniform() * overSeconds);
  return idlePool(draws, (atSeconds) => opened.filter((opens) => opens <= atSeconds).length);
};

const burstThatDecays: HealthyWorld = (draws) => {
  const [fromSeconds, overSeconds] = [draws.between(60, 1200), draws.between(10, 60)];
  const decaySeconds = draws.between(120, 1200);
  return idlePool(draws, (atSeconds) => {
    const sinceFullSeconds = Math.max(0, atSeconds - fromSeconds - overSeconds);
    return 50 * ramp(atSeconds, fromSeconds, overSeconds) * Math.exp(-sinceFullSeconds / decaySeconds);
  });
};

/** Half an hour from 10 sessions to 60, all of them busy. */
const morning: HealthyWorld = (draws) => {
  const fromSeconds = draws.between(0, 1200);
  return (atSeconds) => ({
    quiet: 3 + draws.between(-1, 2),
    sessions: 10 + Math.round(50 * ramp(atSeconds, fromSeconds, 1800)) + draws.between(-3, 3),
  });
};

/** Over an hour 20 sessions fall quiet; the pool keeps them all, or closes up to `closed` of the others. */
function evening(closed: number): HealthyWorld {
  return (draws) => {
    const fromSeconds = draws.between(0, 600);
    return (atSeconds) => {
      const faded = ramp(atSeconds, fromSeconds, 3600);
      return {
        quiet: 2 + Math.round(20 * faded) + draws.between(-1, 1),
        sessions: 40 - Math.round(closed * faded) + draws.between(-3, 3),
      };
    };
  };
}

/** The pool's size wanders slowly instead, by as much. */
const eveningWithSlowPool: HealthyWorld = (draws) => {
  const world = evening(0)(draws);
  let wobble = 0;
  return (atSeconds) => {
    if (draws.uniform() < 0.05) wobble = draws.between(-3, 3);
    return { quiet: world(atSeconds).quiet, sessions: 40 + wobble };
  };
};

/** Every ten minutes a job keeps all 20 sessions busy for two; between, they fall quiet one after the other. */
const pooledJob: HealthyWorld = (draws) => {
  const phaseSeconds = draws.between(0, 600);
  return (atSeconds) => {
    const idleSeconds = ((atSeconds + phaseSeconds) % 600) - 120;
    const quiet = idleSeconds < 0 ? draws.between(0, 2) : Math.round(20 * ramp(idleSeconds, 0, 120));
    return { quiet, sessions: 30 + draws.between(-1, 1) };
  };
};

/** Every ten minutes a job opens sessions within 30 seconds, and closes them after five minutes. */
const sawtooth: HealthyWorld = (draws) => {
  const [phaseSeconds, top] = [draws.between(0, 600), draws.between(10, 40)];
  return idlePool(draws, (atSeconds) => {
    const intoSeconds = (atSeconds + phaseSeconds) % 600;
    return intoSeconds < 300 ? top * ramp(intoSeconds, 0, 30) : 0;
  });
};

/** Rises like a leak for minutes, and falls as slowly. Its first teeth cannot be told from a leak. */
const slowTriangle: HealthyWorld = (draws) => {
  const [periodSeconds, top] = [draws.between(300, 1200), draws.between(12, 40)];
  return idlePool(
    draws,
    (atSeconds) => top * (1 - Math.abs(2 * ((atSeconds % periodSeconds) / periodSeconds) - 1)),
  );
};

const churn: HealthyWorld = (draws) => () => ({
  quiet: draws.poisson(2),
  sessions: 30 + draws.between(-8, 8),
});

const restarts: HealthyWorld = (draws) => {
  const [phaseSeconds, size] = [draws.between(0, 600), draws.between(15, 40)];
  return (atSeconds) => {
    const upSeconds = (atSeconds + phaseSeconds) % 600;
    return {
      quiet: Math.max(0, Math.round(0.8 * size * ramp(upSeconds, QUIET_SECONDS, 60)) + draws.between(-1, 1)),
      sessions: 5 + Math.round(size * ramp(upSeconds, 0, 20)) + draws.between(-1, 1),
    };
  };
};

/** Sessions come at random and stay for a random time; `meanQuiet` of them are quiet in the mean. */
function comingAndGoing(meanQuiet: number, meanStaySeconds: number): HealthyWorld {
  return (draws) => {
    let [quiet, lastSeconds] = [meanQuiet, 0];
    return (atSeconds) => {
      const stays = Math.exp(-(atSeconds - lastSeconds) / meanStaySeconds);
      const stayed = Array.from({ length: quiet }, () => draws.uniform()).filter((chance) => chance < stays);
      quiet = stayed.length + draws.poisson(meanQuiet * (1 - stays));
      lastSeconds = atSeconds;
      return { quiet, sessions: quiet + 15 };
    };
  };
}

/** A size that takes a step up or down, or none, at each look, and turns at its bounds. */
function walk(draws: Draws, from: number, moves: number): () => number {
  let size = from;
  return () => {
    if (draws.uniform() < moves) size = Math.min(80, Math.max(0, size + (draws.uniform() < 0.5 ? 1 : -1)));
    return size;
  };
}

const walkOfPool: HealthyWorld = (draws) => {
  const sizeOf = walk(draws, 30, 0.7);
  return () => {
    const sessions = sizeOf();
    return { quiet: Math.max(0, Math.round(0.4 * sessions) + draws.between(-1, 1)), sessions: sessions + 5 };
  };
};

const walksApart: HealthyWorld = (draws) => {
  const [quietOf, busyOf] = [walk(draws, 10, 0.7), walk(draws, 20, 0.7)];
  return () => {
    const quiet = quietOf();
    return { quiet, sessions: quiet + busyOf() };
  };
};

/** The hardest of all: whatever opens falls quiet, and whatever is quiet closes. */
function walkOfQuiet(moves: number): HealthyWorld {
  return (draws) => {
    const sizeOf = walk(draws, 10, moves);
    return () => {
      const quiet = sizeOf();
      return { quiet, sessions: quiet + 15 };
    };
  };
}

export const calmShapes: Readonly<Record<string, HealthyWorld>> = {
  "a burst to a plateau": burst,
  "a burst of single sessions": burstOfSingles,
  "a burst that decays": burstThatDecays,
  "a busy morning": morning,
  "an evening in a pool that stays": evening(0),
  "an evening in a pool that shrinks": evening(15),
  "an evening in a pool that wanders": eveningWithSlowPool,
  "a job in a pool": pooledJob,
  "a job that opens its own": sawtooth,
  churn: churn,
  "a pool that restarts": restarts,
  "a random walk of a pool": walkOfPool,
};

/** Judged from the third tooth on. */
export const returningShapes: Readonly<Record<string, HealthyWorld>> = {
  "a slow triangle": slowTriangle,
};

/** Chance alone makes each of them climb now and then as a leak does. */
export const chanceShapes: Readonly<Record<string, HealthyWorld>> = {
  "walks of quiet and busy sessions": walksApart,
  "a walk of quiet sessions": walkOfQuiet(1),
  "a slow walk of quiet sessions": walkOfQuiet(0.3),
  "quiet sessions that come and go": comingAndGoing(20, 300),
};
