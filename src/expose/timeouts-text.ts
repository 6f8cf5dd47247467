import { writtenDuration } from "../advise/setting-value.ts";
import type { TimeoutName } from "../observe/timeouts.ts";
import { alignedTable, type TextColumn } from "./aligned-table.ts";
import type { TimeoutPlace, TimeoutsJson } from "./timeouts-json.ts";

type Place = TimeoutsJson["places"][number];

type Timeout = Place["timeouts"][number];

const shown = {
  statement_timeout: "STATEMENT",
  lock_timeout: "LOCK",
  idle_in_transaction_session_timeout: "IDLE IN TRANSACTION",
  idle_session_timeout: "IDLE",
  transaction_timeout: "TRANSACTION",
} as const satisfies Partial<Record<TimeoutName, string>>;

const columns: readonly TextColumn<Place>[] = [
  { title: "ROLE", text: ({ usename }) => usename ?? "(any other)" },
  { title: "DATABASE", text: ({ datname }) => datname ?? "(any other)" },
  ...Object.entries(shown).map(([name, title]): TextColumn<Place> => {
    return { title, text: ({ timeouts }) => cellOf(timeouts.find((one) => one.name === name)) };
  }),
];

/** The timeouts of one server as lines for a person. Names of users stand in it: the text is untrusted. */
export function timeoutsLines(timeouts: TimeoutsJson): readonly string[] {
  const { server, places, opted_out: optedOut } = timeouts;
  const anyOther = places.find(({ usename, datname }) => usename === null && datname === null);
  return [
    "",
    `Timeouts with which sessions of ${server} begin, unless the client asks for others, which nobody else can see:`,
    ...alignedTable(columns, places),
    ...(timeouts.places_cut > 0 ? [`${timeouts.places_cut} more are not shown`] : []),
    ...(timeouts.settings_cut > 0
      ? [`${timeouts.settings_cut} settings of roles and databases were not read: these may be wrong`]
      : []),
    ...clientLines(anyOther),
    ...optedOut.map((one) => `${placeText(one)} has turned ${one.name} off`),
  ];
}

/** How the server finds out that a client is gone. */
function clientLines(place: Place | undefined): readonly string[] {
  const others = (place?.timeouts ?? []).filter(({ name }) => !Object.hasOwn(shown, name));
  return others.length === 0 ? [] : [others.map((one) => `${one.name} ${valueText(one)}`).join(", ")];
}

function cellOf(timeout: Timeout | undefined): string {
  if (timeout === undefined) return "-";
  return timeout.from === "server"
    ? valueText(timeout)
    : `${valueText(timeout)} (${originTexts[timeout.from]})`;
}

const originTexts: Readonly<Record<Timeout["from"], string>> = {
  role_in_database: "role in database",
  role: "role",
  database: "database",
  all: "ALTER ROLE ALL",
  server: "server",
};

function valueText({ name, value, unit }: Timeout): string {
  if (value === null) return "?";
  if (value === 0) return name.startsWith("tcp_") ? "of the system" : "off";
  if (unit === null) return String(value);
  const seconds = unit === "ms" ? value / 1000 : value;
  return Number.isInteger(seconds) ? writtenDuration(seconds) : `${value}${unit}`;
}

function placeText({ usename, datname }: TimeoutPlace): string {
  const role = usename === null ? [] : [`role ${usename}`];
  const database = datname === null ? [] : [`database ${datname}`];
  return [...role, ...database].join(" in ") || "ALTER ROLE ALL";
}
