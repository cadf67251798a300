import { defineConfig } from "vitest/config";

/** Tests that need a kernel with SocketCAN, run inside a guest: there a system call takes long, and there is one processor. */
export default defineConfig({
  test: {
    pool: "forks",
    include: ["test/machines/guest/*.guest.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
