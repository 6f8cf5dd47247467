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
    { seconds: 300, used: 50, text: "told", isBelow: false },
    { seconds: 600, used: 100, text: "over", isBelow: true },
  ],
  minutes: 10,
  slots: 100,
});

test("a line goes from the left to the right and from the bottom to the top, and no farther", () => {
  expect(svg).toContain('<path d="M56 323L478 234L900 145" fill="none" stroke="#123456"');
});

test("a mark stands at its time, with its text on the side where there is room", () => {
  expect(svg).toMatch(/<circle cx="478" cy="234"[^>]*><text x="486" y="226" text-anchor="start"[^>]*>told</);
  expect(svg).toMatch(/<circle cx="900" cy="56"[^>]*><text x="892" y="72" text-anchor="end"[^>]*>over</);
});

test("its texts cannot break it", () => {
  expect(svg).toContain(">slots &lt;used&gt; &amp; free</text>");
  expect(svg.match(/<(?:svg|text)\b/g)).toHaveLength((svg.match(/<\/(?:svg|text)>/g) ?? []).length);
});
