import { escapedJson } from "../printable.ts";
import { createFreshness, type Freshness } from "./freshness.ts";
import { landingPage, type LandingLinks } from "./landing-page.ts";
import { renderPage } from "./page.ts";
import { processRegistry } from "./process-registry.ts";
import { renderInTurn } from "./render-in-turn.ts";
import { suspectsJson } from "./suspects-json.ts";
import type { View } from "./view.ts";

/** The pages as bytes, each rendered once for whoever asks, until something changed. */
export type Pages = Readonly<{
  metrics: () => Promise<Buffer>;
  landing: () => Buffer;
  unfoldedLanding: () => Buffer;
  suspects: () => Buffer;
  /** Something was seen: whoever asks is told of it, a second later at most. */
  age: () => void;
  /** Something changed that whoever asks from here on is told of. */
  drop: () => void;
}>;

/** The landing page says how late it is, also while nothing changes. */
const LANDING_PAGE_SECONDS = 1;

/** A steady clock. */
const steadySeconds = (): number => performance.now() / 1000;

/** Pages of what `view` shows whenever one is rendered. `now` is a steady clock, in seconds. */
export function createPages(view: () => View, links: LandingLinks, now = steadySeconds): Pages {
  const ownProcess = processRegistry();
  const landingOf = (isUnfolded: boolean): string => landingPage(view(), { ...links, isUnfolded });
  const metrics = renderInTurn(() => renderPage(view(), ownProcess), now);
  const landing = cached(() => landingOf(false), now, LANDING_PAGE_SECONDS);
  const unfolded = cached(() => landingOf(true), now, LANDING_PAGE_SECONDS);
  const suspects = cached(() => `${escapedJson(suspectsJson(view().servers))}\n`, now);
  const pages = [metrics, landing, unfolded, suspects];
  return {
    metrics: metrics.get,
    landing: landing.get,
    unfoldedLanding: unfolded.get,
    suspects: suspects.get,
    age() {
      for (const page of pages) page.age();
    },
    drop() {
      for (const page of pages) page.drop();
    },
  };
}

type Cached = { readonly get: () => Buffer } & Pick<Freshness, "age" | "drop">;

function cached(render: () => string, now: () => number, lifetimeSeconds = Number.POSITIVE_INFINITY): Cached {
  const freshness = createFreshness(now);
  let kept = { page: Buffer.alloc(0), untilSeconds: 0 };
  return {
    get() {
      if (freshness.isFresh() && now() < kept.untilSeconds) return kept.page;
      freshness.begin();
      const untilSeconds = now() + lifetimeSeconds;
      kept = { page: Buffer.from(render()), untilSeconds };
      freshness.end();
      return kept.page;
    },
    age: freshness.age,
    drop: freshness.drop,
  };
}
