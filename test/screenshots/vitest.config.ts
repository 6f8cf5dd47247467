import { defineConfig } from "vitest/config";

/** `npm run screenshots`: what the documentation shows of the page, taken of a real server. */
export default defineConfig({
  test: {
    root: ".",
    include: ["test/screenshots/*.screenshots.ts"],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
