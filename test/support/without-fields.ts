/** A copy without the fields of these names, wherever they are. Maps and sets become lists. */
export function withoutFields(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    return [...value].map((one) => withoutFields(one, ...names));
  const pairs = Object.entries(value).filter(([name]) => !names.includes(name));
  return Object.fromEntries(pairs.map(([name, one]) => [name, withoutFields(one, ...names)]));
}
