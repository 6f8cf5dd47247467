import { describe, expect, test } from "vitest";

import { targetLabels } from "../../src/config/matcher-labels.ts";
import { parseMatcher } from "../../src/config/matcher.ts";
import { namesHolder } from "../../src/config/names-holder.ts";

function names(text: string): boolean {
  const read = parseMatcher(text, targetLabels);
  if ("matcher" in read) return namesHolder(read.matcher);
  throw new Error(`expected a matcher, got ${text}: ${read.problem.expected}`);
}

describe("somebody is named by", () => {
  test.for([
    'usename="orders"',
    'datname="shop"',
    'application_name="q"',
    'application_name=~"web-.*"',
    'application_name=~".*-api"',
    'application_name=~"(?i)billing.*"',
    'usename=~"orders|billing|etl_[0-9]+"',
    'client_addr="10.0.0.7"',
    'client_addr=~"10[.]0[.].*"',
    'client_addr=~"10[.].*|172[.]16[.].*|192[.]168[.].*"',
  ])("%s", (text) => {
    expect(names(text)).toBe(true);
  });
});

describe("nobody is named by", () => {
  test.for([
    // For everybody, in whatever words.
    'usename=~".*"',
    'usename=~".+"',
    'usename=~"(?s)..*"',
    'usename=~"[^x]*"',
    'usename=~"[^ ]+"',
    'usename=~"\\w+"',
    'usename=~"\\S+"',
    'usename=~"[a-z].*"',
    'usename=~"(?i)[a-z_]+"',
    'usename=~"[A-Z].*"',
    'usename=~"\\d+"',
    'usename=~".{5,}"',
    'usename=~".{40,}"',
    'usename=~".{1,8}"',
    'usename=~".*[a-z].*"',
    'application_name=~"\\w+-\\w+"',
    'application_name=~".*/.*"',
    'datname=~"|shop"',
    'client_addr=~"[0-9.]+"',
    'client_addr=~".*[:].*"',
    'client_addr=~"1.*"',
    // Only the empty text: whoever gave no name.
    'application_name=""',
    'application_name=~""',
    // By who it is not, or by what it does.
    'usename!="admin"',
    'usename!~"admin.*"',
    'application_name!~".+"',
    'application_name!~"|[qzjx07QZ123f].*"',
    'kind="idle_in_transaction"',
    'server="main"',
    'state="idle in transaction"',
    'query_id="7731"',
    'comment.route="/checkout"',
  ])("%s", (text) => {
    expect(names(text)).toBe(false);
  });
});
