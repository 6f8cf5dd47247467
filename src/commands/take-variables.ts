/**
 * A copy of the environment variables. Those of libpq, `PG*`, are taken out of `environment`: the driver reads some of them by
 * itself, and in its own way. Only what we make of the copy is to count.
 */
export function takeVariables(
  environment: Record<string, string | undefined>,
): Readonly<Record<string, string | undefined>> {
  const variables = { ...environment };
  for (const name of Object.keys(variables)) {
    if (name.startsWith("PG")) delete environment[name];
  }
  return variables;
}
