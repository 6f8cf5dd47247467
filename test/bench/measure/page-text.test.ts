import { expect, test } from "vitest";

import { seriesOf, sumOf } from "../../../bench/measure/page-text.ts";

const page = `# HELP up whether
# TYPE up gauge
up{server="a"} 1
up{server="b"} 1

upper{server="a"} 7
plain 3
`;

test("comments and empty lines are no series", () => {
  expect(seriesOf(page)).toBe(4);
});

test("only series of that metric, with these labels, are summed up", () => {
  expect(sumOf(page, "up")).toBe(2);
  expect(sumOf(page, "up", ['server="b"'])).toBe(1);
  expect(sumOf(page, "up", ['server="c"'])).toBe(0);
  expect(sumOf(page, "plain")).toBe(3);
});
