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
      const share = typeof value === "string" ? parsePercentage(value) : undefined;
      if (share !== undefined && share >= fromShare && share <= 1) return share;
      const isBareNumber = /^\d{1,3}$/u.test(String(value));
      const hint = isBareNumber ? `a percentage needs its sign: write ${String(value)}%` : undefined;
      context.addIssue({ code: "custom", message: expected, input: value, params: { hint } });
      return z.NEVER;
    });
}
