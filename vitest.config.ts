import { defineConfig } from "vitest/config";

/** Tests that start racks of processes: they have the machine to themselves, one file after the other, when all else is done. */
const racks = ["test/interop/**/*.test.ts", "test/tools/rack/**/*.test.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [...racks, "test/machines/**"],
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "racks", include: racks, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
