import { defineConfig } from "vitest/config";

/** Tests that boot machines: one after the other, and each takes its time. */
export default defineConfig({
  test: {
    pool: "forks",
    include: ["test/machines/*.test.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
