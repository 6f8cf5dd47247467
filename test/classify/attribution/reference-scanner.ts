/** What `standard_conforming_strings` is; or what people mean who forget to double their quotes. */
export type Reading = "on" | "off" | "undoubled";

const rest = raw`[^]*$`;
const escaped = raw`(?:[^'\\]|\\[^]|'')*(?:'|${rest})`;
const plain = `(?:[^']|'')*(?:'|${rest})`;
const letter = raw`[A-Za-z_\u0080-\uffff]`;

/** A quote at which a word or another quote stands does not end anything. */
const undoubled = raw`(?:[^']|'(?=['"$\w\u0080-\uffff])'?)*(?:'|${rest})`;

/** In the order in which PostgreSQL's scanner prefers them; a rule with a group that matched is a literal. */
function rules(reading: Reading): RegExp {
  const string = { on: plain, off: escaped, undoubled }[reading];
  return new RegExp(
    [
      raw`(?:--[^\r\n]*)`,
      raw`(?<literal>[eE]'${escaped}|[uU]&'${plain}|[bBxXnN]?'${string}|\$(?<tag>(?:${letter}(?:${letter}|\d)*)?)\$(?:[^]*?\$\k<tag>\$|${rest}))`,
      raw`(?:[uU]&)?"(?:[^"]|"")*(?:"|${rest})`,
      raw`${letter}(?:${letter}|[\d$])*`,
      raw`\$\d+`,
      raw`(?<number>\.?\d[\d_.]*)`,
      raw`[^]`,
    ].join("|"),
    "y",
  );
}

/** The literals and comments of a statement to a server that reads it so: a second opinion, simple and slow. */
export function literalsAsScanned(text: string, reading: Reading): readonly string[] {
  const rule = rules(reading);
  const literals: string[] = [];
  for (let at = 0; at < text.length;) {
    if (text.startsWith("/*", at)) {
      const end = endOfComment(text, at);
      literals.push(text.slice(at, end));
      at = end;
      continue;
    }
    rule.lastIndex = at;
    const found = rule.exec(text);
    if (found?.groups?.["literal"] !== undefined || text.startsWith("--", at))
      literals.push(found?.[0] ?? "");
    at += found?.[0].length ?? 1;
  }
  return literals;
}

function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (const mark of text.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return start + mark.index + 2;
  }
  return text.length;
}

function raw(template: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw(template, ...values);
}
