const LONGEST = 60;

/** What came, in words for an error message. Text that may be a connection URL is not repeated. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return describeText(value);
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return `${value}`;
  if (!Array.isArray(value)) return "a mapping";
  return value.length === 0 ? "an empty list" : "a list";
}

function describeText(text: string): string {
  if (text.includes("://") || text.includes("@")) return "a text that may hold a password";
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
