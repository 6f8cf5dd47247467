const naming = [
  "DATABASE_URL",
  "DATA_SOURCE_NAME",
  "DATA_SOURCE_URI",
  "DATA_SOURCE_URI_FILE",
  "PGHOST",
  "PGHOSTADDR",
  "PGPORT",
  "PGSERVICE",
];

/** Whether the environment says anything of where the server is. */
export function namesServer(variables: Readonly<Record<string, string | undefined>>): boolean {
  return naming.some((name) => (variables[name] ?? "") !== "");
}
