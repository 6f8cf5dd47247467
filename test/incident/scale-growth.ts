import type { Growth } from "../../src/classify/forecast/growth.ts";
import type { Series } from "../../src/classify/forecast/series.ts";

/** What `growthOf` of the classifier is. */
export type GrowthOf = (series: Series) => Growth | null;

/**
 * The same, on a time that runs `factor` times as fast: it is asked about looks so many times as far apart, and what it
 * answers is brought back. So the two minutes that a rise takes to show are shorter by it, as every other duration is.
 */
export function scaleGrowth(growthOf: GrowthOf, factor: number): GrowthOf {
  return (series) => {
    const slow = series.map((point) => ({ ...point, atSeconds: point.atSeconds * factor }));
    const growth = growthOf(slow);
    if (growth === null) return null;
    const { leaks, overSeconds, sinceSeconds, perSecond } = growth;
    // The very time of that look, which a quotient might miss by a rounding.
    const since = series[slow.findIndex(({ atSeconds }) => atSeconds === sinceSeconds)];
    return {
      leaks,
      overSeconds: overSeconds / factor,
      sinceSeconds: since?.atSeconds ?? sinceSeconds / factor,
      perSecond: {
        estimate: perSecond.estimate * factor,
        lower: perSecond.lower * factor,
        upper: perSecond.upper * factor,
      },
    };
  };
}
