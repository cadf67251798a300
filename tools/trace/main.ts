/** The trace tool as a program: `npm run trace`. */
import { once } from "node:events";
import { runTrace } from "./trace-program.ts";

const interrupted = Promise.withResolvers<void>();
process.once("SIGINT", () => interrupted.resolve());
process.once("SIGTERM", () => interrupted.resolve());
// Whoever reads the lines may have enough of them, as head has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupted.resolve();
});

process.exitCode = await runTrace(process.argv.slice(2), {
  folder: process.cwd(),
  input: process.stdin,
  write: (text) => process.stdout.write(text),
  drained: async () => void (await once(process.stdout, "drain")),
  writeError: (text) => process.stderr.write(text),
  interrupted: interrupted.promise,
});
