import { preparePostgres, type EmbeddedPostgres, type PostgresOptions } from "./prepare-postgres.ts";

/**
 * Starts a real PostgreSQL server of our own in a temporary folder, from an npm package, without Docker or an
 * installation. It ends with this process at the latest.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const server = await preparePostgres(options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}
