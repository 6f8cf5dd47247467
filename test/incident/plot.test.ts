import { expect, test } from "vitest";

import { plotSvg } from "./plot.ts";

const svg = plotSvg({
  title: "slots <used> & free",
  lines: [
    {
      label: "watching",
      color: "#123456",
      points: [-60, 0, 300, 600, 660].map((seconds, index) => ({ seconds, used: 25 * index })),
    },
  ],
  marks: [
    { seconds: 300, used: 50, text: "told", side: "right", isBelow: false },
    { seconds: 600, used: 100, text: "over", side: "left", isBelow: true },
  ],
  minutes: 10,
  slots: 100,
});

test("a line goes from the left to the right and from the bottom to the top, and no farther", () => {
  expect(svg).toContain('<path d="M56 351L478 262L900 173" fill="none" stroke="#123456"');
});

test("a mark stands at its time, with its text on the side that it was given", () => {
  expect(svg).toMatch(/<circle cx="478" cy="262"[^>]*><text x="486" y="254" text-anchor="start"[^>]*>told</);
  expect(svg).toMatch(/<circle cx="900" cy="84"[^>]*><text x="892" y="100" text-anchor="end"[^>]*>over</);
});

test("its texts cannot break it", () => {
  expect(svg).toContain(">slots &lt;used&gt; &amp; free</text>");
  expect(svg.match(/<(?:svg|text)\b/g)).toHaveLength((svg.match(/<\/(?:svg|text)>/g) ?? []).length);
});
