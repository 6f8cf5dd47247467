import { defineConfig } from "vitest/config";

/** The incident in real time, which no tier of the tests waits for: `npm run incident`. */
export default defineConfig({
  test: {
    include: ["test/incident/*.incident.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
  },
});
