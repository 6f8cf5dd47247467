import type { PoolUse } from "../../classify/pools/pool.ts";
import { formatAge } from "../../readable-time.ts";
import { outlook } from "../outlook.ts";
import type { ServerView } from "../view.ts";
import { andMore } from "./folded.ts";
import { bounded, html, nothing, type Html } from "./html.ts";
import { table, type Column } from "./table.ts";

/** The most pools in the table, those above their size first, and the most sentences above it. */
const MOST_POOLS = 50;
const MOST_SENTENCES = 20;

/** The longest sentence holds five names. */
const LONGEST_SENTENCE = 500;

type ServerPool = { readonly server: string; readonly pool: PoolUse };

/** What leaks how fast, when slots run out, and how full the declared pools are; nothing where there is nothing to say. */
export function poolsSection(servers: readonly ServerView[]): Html {
  const sentences = outlook(servers);
  const pools = servers
    .flatMap(({ server, report }) => (report?.pools ?? []).map((pool): ServerPool => ({ server, pool })))
    .toSorted(({ pool: a }, { pool: b }) => b.excess - a.excess || b.overflow - a.overflow);
  if (sentences.length === 0 && pools.length === 0) return nothing;
  return html`<h2>Pools and forecast</h2>
    ${sentenceList(sentences)} ${pools.length === 0 ? nothing : poolTable(pools, servers.length > 1)}`;
}

function sentenceList(sentences: readonly string[]): Html {
  if (sentences.length === 0) return nothing;
  const items = sentences
    .slice(0, MOST_SENTENCES)
    .map((sentence) => html`<li>${bounded(sentence, LONGEST_SENTENCE)}</li>`);
  return html`<ul>
      ${items}
    </ul>
    ${andMore(sentences.length - MOST_SENTENCES)}`;
}

function poolTable(pools: readonly ServerPool[], isOneOfMany: boolean): Html {
  const serverColumn = {
    title: "Server",
    cell: ({ server }: ServerPool) => bounded(server),
  };
  const all = [columns.slice(0, 1), isOneOfMany ? [serverColumn] : [], columns.slice(1)].flat();
  const caption = "Declared pools, those above their size first";
  const rowClass = ({ pool }: ServerPool): string => (pool.excess > 0 ? "warning" : "calm");
  return html`${table({ caption, rowClass }, all, pools.slice(0, MOST_POOLS))}${andMore(pools.length - MOST_POOLS)}`;
}

const columns: readonly Column<ServerPool>[] = [
  { title: "Pool", cell: ({ pool }) => bounded(pool.name) },
  { title: "Active", isNumber: true, cell: ({ pool }) => html`${pool.active}` },
  { title: "Idle", isNumber: true, cell: ({ pool }) => html`${pool.idle}` },
  { title: "Declared", isNumber: true, cell: ({ pool }) => html`${pool.size} + ${pool.maxOverflow}` },
  { title: "Above it", isNumber: true, cell: ({ pool }) => aboveCell(pool) },
  {
    title: "Oldest session",
    isNumber: true,
    cell: ({ pool: { oldestSessionSeconds: age } }) => html`${age === null ? "" : formatAge(age)}`,
  },
];

function aboveCell({ excess }: PoolUse): Html {
  return excess > 0 ? html`<b>${excess} too many</b>` : html`0`;
}
