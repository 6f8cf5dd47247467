import { defineConfig } from "vitest/config";

/** `PGLEASH_TIER`: `newcomer` (npm test), `check` or `full`. Later tiers add files, majors and runs; none takes any away. */
const tier = process.env["PGLEASH_TIER"] ?? "newcomer";

export default defineConfig({
  test: {
    include: tier === "newcomer" ? ["test/**/*.test.ts"] : ["test/**/*.test.ts", "test/**/*.check.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: ["test/support/build.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    // Two cores, and each integration file starts servers of its own.
    maxWorkers: 2,
    // The later tiers try a property some ten thousand times.
    testTimeout: tier === "newcomer" ? 60_000 : 300_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});
