import type { DeclaredPoolAdvice, PoolAdvice } from "../advise/pool-advice.ts";
import type { ConfiguredPool } from "../classify/pools/pool.ts";
import { alignedTable, type TextColumn } from "./aligned-table.ts";

/** How many sessions somebody had busy and held at once. */
export const useColumns: readonly TextColumn<PoolAdvice>[] = [
  { title: "BUSY, MEDIAN", isNumber: true, text: ({ medianBusy }) => String(medianBusy) },
  { title: "P99", isNumber: true, text: ({ p99Busy }) => String(p99Busy) },
  { title: "MOST", isNumber: true, text: ({ mostBusy }) => String(mostBusy) },
  { title: "HELD, MOST", isNumber: true, text: ({ mostHeld }) => String(mostHeld) },
];

/** A column of a part of each row. */
export function columnOf<Row, Part>(column: TextColumn<Part>, partOf: (row: Row) => Part): TextColumn<Row> {
  return { ...column, text: (row) => column.text(partOf(row)) };
}

const columns: readonly TextColumn<DeclaredPoolAdvice>[] = [
  { title: "POOL", text: ({ pool }) => pool.name },
  { title: "PER", text: ({ pool }) => pool.per },
  { title: "DECLARED", text: ({ pool }) => declaredText(pool) },
  { title: "OVERFLOW", isNumber: true, text: ({ pool }) => String(pool.maxOverflow) },
  ...useColumns.map((column) => columnOf(column, ({ seen }: DeclaredPoolAdvice) => seen)),
  { title: "ADVICE", text: adviceText },
];

/** What is declared beside what was seen, and below it why there is no advice, where there is none. */
export function declaredPoolLines(pools: readonly DeclaredPoolAdvice[]): readonly string[] {
  const refusals = pools.flatMap(({ pool, seen: { size } }) =>
    size.type === "refused" ? [`-- no advice for pool ${pool.name}: ${size.why}`] : [],
  );
  return [...alignedTable(columns, pools), ...refusals];
}

function declaredText({ size, formula }: ConfiguredPool): string {
  if (formula === null) return String(size);
  const { workers, connectionsPerWorker, buffer } = formula;
  return `${workers} x ${connectionsPerWorker} + ${buffer} = ${size}`;
}

/** The overflow is there for the margin, too. */
function adviceText({ pool, seen: { size: advised } }: DeclaredPoolAdvice): string {
  if (advised.type === "refused") return "?";
  const { sessions } = advised;
  if (sessions < pool.size) return `${sessions} would do`;
  return sessions <= pool.size + pool.maxOverflow ? "fits" : `${sessions} would leave room`;
}
