import { markdownTable } from "../../report/markdown.ts";
import { peers } from "../peers/peers.ts";

/** The rules of others, word by word, and where they stand. */
export function ruleTable(): string {
  const rows = peers.flatMap(({ name: peer, rules }) =>
    rules.map(({ name, published, source, names }) => [peer, name, `\`${published}\``, source, names]),
  );
  return markdownTable(["judge", "rule", "as published", "where", "names"], rows);
}
