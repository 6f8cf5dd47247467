import * as z from "zod";

import { closestWord } from "../closest-word.ts";
import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { protectionLabels } from "./matcher-labels.ts";
import { nameField } from "./name-field.ts";
import { shippedNames } from "./protections.ts";

/** A schema for a protection of the operator's own. */
export const protectionField = mapping({
  name: nameField("What it is called where it spares somebody. Unique.", "nightly"),
  match: z
    .array(matcherField(protectionLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because a protection must name whom it is for" })
    .max(50, { error: "at most 50 matchers" })
    .meta({
      description: "Whom it protects: everybody whom no matcher rules out. What is unknown rules out nobody.",
    }),
});

const EXPECTED = `one of ${shippedNames.join(", ")}`;

/** A schema for the name of a shipped protection. */
export const shippedNameField: z.ZodType<string, string> = z
  .string({ error: EXPECTED })
  .meta({ enum: shippedNames })
  .transform((name, context) => {
    if (shippedNames.includes(name)) return name;
    const near = closestWord(name, shippedNames);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    context.addIssue({ code: "custom", message: EXPECTED, input: name, params: { hint } });
    return z.NEVER;
  });
