import * as z from "zod";

import { parsePercentage, percentagePattern } from "./percentage.ts";

type PercentageField = {
  /** The whole "expected" of the error message. */
  readonly expected: string;
  /** The least share. The most is always 1. */
  readonly fromShare: number;
  readonly description: string;
  readonly example: string;
};

/** A schema that reads a percentage as a share from 0 to 1. */
export function percentageField(field: PercentageField): z.ZodType<number> {
  const { expected, fromShare, description, example } = field;
  return z
    .unknown()
    .meta({ type: "string", pattern: percentagePattern, description, examples: [example] })
    .transform((value, context) => {
      const share = typeof value === "string" ? shareFrom(fromShare, value) : undefined;
      if (share !== undefined) return share;
      // Only what would be taken: whoever follows the hint must not be refused again. 0.05 may be 5% or 0.05%.
      const signed = `${String(value)}%`;
      const isMissingSign = /^\d+%$/u.test(signed) && shareFrom(fromShare, signed) !== undefined;
      const hint = isMissingSign ? `a percentage needs its sign: write ${signed}` : undefined;
      context.addIssue({ code: "custom", message: expected, input: value, params: { hint } });
      return z.NEVER;
    });
}

/** A percentage as a share, at least `least` and at most 1; `undefined` when it is none, or none of these. */
function shareFrom(least: number, text: string): number | undefined {
  const share = parsePercentage(text);
  return share !== undefined && share >= least && share <= 1 ? share : undefined;
}
