import type { Mistake } from "./issue.ts";
import { itemPaths, valueAt } from "./raw-file.ts";
import { checkRule } from "./rule-checks.ts";
import { actionField, matchField, minAgeField } from "./rule-field.ts";

/**
 * All that is wrong between the fields of each rule of a raw file. The rest of a rule may be broken: whoever mends it must
 * not be told something new then. A field that is wrong by itself is no party to any of these mistakes.
 */
export function checkRawRules(file: unknown): readonly Mistake[] {
  return itemPaths(file, ["policy", "rules"]).flatMap((place): readonly Mistake[] => {
    const match = matchField.safeParse(valueAt(file, [...place, "match"]));
    if (!match.success) return [];
    const action = actionField.safeParse(valueAt(file, [...place, "action"])).data;
    const min_age = minAgeField.safeParse(valueAt(file, [...place, "min_age"])).data;
    return checkRule({ match: match.data, action, min_age }).map(({ path, ...told }) => {
      return { path: [...place, ...path], at: "value", ...told };
    });
  });
}
