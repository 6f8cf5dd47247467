import { parse, stringify } from "yaml";
import { z } from "zod";

import { scaledDuration } from "./scale-duration.ts";
import { scaleExpression } from "./scale-expression.ts";
import type { TimeUnit } from "./time-unit.ts";

const recording = z.strictObject({ record: z.string(), expr: z.string() });
const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
});
const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      rules: z.array(z.union([recording, alert])),
    }),
  ),
});

type RuleFile = z.infer<typeof ruleFile>;
type Rule = RuleFile["groups"][number]["rules"][number];

/**
 * A rule file on a time that runs `factor` times as fast; with 1 it says what it said. Throws when it finds a key, a duration
 * or a number of which it cannot tell how it is scaled. Words such as "for 5 minutes" stay as they are.
 */
export function scaleRules(text: string, factor: number): string {
  const { groups } = ruleFile.parse(parse(text));
  const recorded = new Map<string, TimeUnit>();

  function scaled(rule: Rule): Rule {
    const { text: expr, unit } = scaleExpression(rule.expr, factor, recorded);
    if ("record" in rule) {
      if (!rule.record.includes(":") && !rule.record.startsWith("db_"))
        throw new Error(`${rule.record}: the name of a recording rule would be taken for a metric`);
      recorded.set(rule.record, unit);
      return { ...rule, expr };
    }
    return {
      ...rule,
      expr,
      ...scaledFields(rule, ["for", "keep_firing_for"], factor),
      annotations: Object.fromEntries(
        Object.entries(rule.annotations).map(([name, value]) => [name, scaledTemplate(value, factor)]),
      ),
    };
  }

  const all = groups.map((group) => ({
    ...group,
    ...scaledFields(group, ["interval"], factor),
    rules: group.rules.map(scaled),
  }));
  return stringify({ groups: all }, { lineWidth: 0 });
}

/** Those of these fields that are there. */
function scaledFields<Name extends string>(
  of: Readonly<Partial<Record<Name, string | undefined>>>,
  names: readonly Name[],
  factor: number,
): Partial<Record<Name, string>> {
  const fields: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = of[name];
    if (value !== undefined) fields[name] = scaledDuration(value, factor);
  }
  return fields;
}

/** A template asks Prometheus by `printf` and `query`; any other question in it is refused. */
function scaledTemplate(template: string, factor: number): string {
  const questions = /(?<=printf `)[^`]*(?=`[^`|}]*\| query)/g;
  const asked = template.match(/\bquery\b/g)?.length ?? 0;
  if ((template.match(questions)?.length ?? 0) !== asked)
    throw new Error(`a question in a template that cannot be scaled: ${template}`);
  return template.replace(questions, (question) => {
    const { text } = scaleExpression(question.replaceAll("%q", '"%q"'), factor);
    return text.replaceAll('"%q"', "%q");
  });
}
