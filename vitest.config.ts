import { defineConfig } from "vitest/config";

/** `PGLEASH_TIER`: `newcomer` (npm test), `check` or `full`. Later tiers add files, majors and runs; none takes any away. */
const tier = process.env["PGLEASH_TIER"] ?? "newcomer";

const shared = {
  // The later tiers try a property some ten thousand times, and some hundred thousand times.
  testTimeout: { check: 300_000, full: 900_000 }[tier] ?? 60_000,
  hookTimeout: 60_000,
  allowOnly: false,
};
const installed = "**/node_modules/**";
/**
 * Some run on a time that is up to sixty times as fast, so what keeps the machine busy for a second costs them a minute; one
 * watches 300 servers, and tells when each of them is looked at.
 */
const alone = [
  "test/check/incident*.check.ts",
  "test/check/verdict.check.ts",
  "test/check/many-servers.check.ts",
];

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        test: {
          ...shared,
          name: "tests",
          include: tier === "newcomer" ? ["test/**/*.test.ts"] : ["test/**/*.test.ts", "test/**/*.check.ts"],
          exclude: [installed, ...alone],
          // Two cores, and each integration file starts servers of its own.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...shared,
          name: "alone",
          include: tier === "newcomer" ? [] : alone,
          exclude: [installed],
          // vitest runs the files of such a project one by one, after all others.
          maxWorkers: 1,
        },
      },
    ],
  },
});
