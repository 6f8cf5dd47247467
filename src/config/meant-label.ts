import { closestWord } from "../closest-word.ts";

/** What the fields are called elsewhere: by their letters nobody would guess them. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["db", "datname"],
  ["dbname", "datname"],
  ["database", "datname"],
  ["user", "usename"],
  ["role", "usename"],
  ["rolname", "usename"],
  ["app", "application_name"],
  ["appname", "application_name"],
  ["app_name", "application_name"],
  ["application", "application_name"],
  ["host", "client_addr"],
  ["hostname", "client_addr"],
  ["ip", "client_addr"],
  ["client", "client_addr"],
  ["client_ip", "client_addr"],
  ["client_host", "client_addr"],
]);

/** Which of these labels was probably meant by an unknown one, or `undefined` when none is near. */
export function meantLabel(label: string, labels: readonly string[]): string | undefined {
  const synonym = synonyms.get(label.toLowerCase());
  return synonym !== undefined && labels.includes(synonym) ? synonym : closestWord(label, labels);
}
