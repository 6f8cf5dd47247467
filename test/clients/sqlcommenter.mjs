/** Appends what instrumentation does (google's sqlcommenter): the server shows where a statement came from. */
export function sqlcommenter(sql, keys) {
  const pairs = Object.entries(keys)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${encodeURIComponent(key)}='${encodeURIComponent(value)}'`);
  return `${sql} /*${pairs.join(",")}*/`;
}
