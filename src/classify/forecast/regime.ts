import type { Series } from "./series.ts";

/** The natural logarithm of how many times likelier two rates must make what was seen than one does. */
const LOG_RATIO_OF_CHANGE = 7;

/**
 * At each point, the quiet sessions that stayed: the fewest that any look saw from then on. Under a leak this is the
 * counting process, as all sessions that were only quiet for a while have dropped out of it.
 */
export function stayedQuiet(series: Series): readonly number[] {
  let fewest = Infinity;
  const newestFirst = series.toReversed().map(({ quiet }) => {
    fewest = Math.min(fewest, quiet);
    return fewest;
  });
  return newestFirst.toReversed();
}

/**
 * The end of the series over which sessions leaked at one rate, from the point after the last change of the rate.
 *
 * Changes are found one after the other, the likeliest first, by the likelihood ratio of a Poisson process that has
 * two rates to one that has one. So neither the calm before a leak dilutes its rate, nor the leak before the calm is
 * forecast on.
 */
export function latestRegime(series: Series): Series {
  const change = likeliestChange(series);
  return change === null ? series : latestRegime(series.slice(change + 1));
}

function likeliestChange(series: Series): number | null {
  const stayed = stayedQuiet(series);
  const logRatios = series.map((_, index) => logRatio(series, stayed, index));
  const greatest = Math.max(...logRatios);
  return greatest > LOG_RATIO_OF_CHANGE ? logRatios.indexOf(greatest) : null;
}

/** How much likelier, as a logarithm, what was seen becomes if the rate changed at this point. */
function logRatio(series: Series, stayed: readonly number[], index: number): number {
  const logLikelihood = (from: number, to: number): number => {
    const events = (stayed.at(to) ?? 0) - (stayed.at(from) ?? 0);
    const overSeconds = (series.at(to)?.atSeconds ?? 0) - (series.at(from)?.atSeconds ?? 0);
    // At its likeliest rate; what does not depend on the rate cancels out. No time holds no events.
    return events === 0 ? 0 : events * Math.log(events / overSeconds);
  };
  return logLikelihood(0, index) + logLikelihood(index, -1) - logLikelihood(0, -1);
}
