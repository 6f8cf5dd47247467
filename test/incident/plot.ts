/** What was in use of the slots of one server, over seconds. */
export type Line = {
  readonly label: string;
  readonly color: string;
  readonly points: readonly { readonly seconds: number; readonly used: number }[];
};

/** Something that happened, on the line that it is about. */
export type Mark = {
  readonly seconds: number;
  readonly used: number;
  readonly text: string;
  /** Where its text stands. */
  readonly side: "left" | "right";
  readonly isBelow: boolean;
};

export type Plot = {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  /** Where the axes end: minutes, and slots. */
  readonly minutes: number;
  readonly slots: number;
};

const [width, height] = [920, 488];
const frame = { left: 56, right: 20, top: 84, bottom: 48 };
const grey = "#767676";

/** A plot as SVG: it stands on white, as text may be read on any page. */
export function plotSvg({ title, lines, marks, minutes, slots }: Plot): string {
  const x = (seconds: number): number =>
    round(frame.left + ((width - frame.left - frame.right) * seconds) / (60 * minutes));
  const y = (used: number): number =>
    round(height - frame.bottom - ((height - frame.top - frame.bottom) * used) / slots);

  const axes = [
    ...multiples(slots, 20).map((used) =>
      [
        `<path d="M${frame.left} ${y(used)}H${width - frame.right}" stroke="#e0e0e0"/>`,
        textAt([frame.left - 8, y(used) + 4], String(used), 'text-anchor="end"'),
      ].join(""),
    ),
    ...multiples(minutes, 2).map((minute) =>
      textAt([x(60 * minute), height - frame.bottom + 18], String(minute), 'text-anchor="middle"'),
    ),
    textAt([width / 2, height - 10], "minutes since the application began to leak", 'text-anchor="middle"'),
    textAt([frame.left, 22], title, 'font-size="16" fill="#202020"'),
  ];
  const curves = lines.flatMap(({ label, color, points }, index) => {
    const shown = points.filter(({ seconds }) => seconds >= 0 && seconds <= 60 * minutes);
    const path = shown.map(({ seconds, used }) => `${x(seconds)} ${y(used)}`).join("L");
    const left = frame.left + 260 * index;
    return [
      `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
      `<path d="M${left} 40h24" stroke="${color}" stroke-width="3"/>`,
      textAt([left + 30, 44], label),
    ];
  });
  const notes = marks.map(({ seconds, used, text, side, isBelow }) => {
    const [atX, atY] = [x(seconds), y(used)];
    const textY = atY + (isBelow ? 16 : -8);
    const dot = `<circle cx="${atX}" cy="${atY}" r="4" fill="#202020"/>`;
    return side === "left"
      ? dot + textAt([atX - 8, textY], text, 'text-anchor="end" fill="#202020"')
      : dot + textAt([atX + 8, textY], text, 'text-anchor="start" fill="#202020"');
  });
  const body = [`<rect width="${width}" height="${height}" fill="#ffffff"/>`, ...axes, ...curves, ...notes];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="${grey}">`;
  return `${[open, ...body].join("\n")}\n</svg>\n`;
}

function textAt([x, y]: readonly [number, number], words: string, more = ""): string {
  return `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;
}

/** From 0 up to the last one. */
function multiples(last: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
