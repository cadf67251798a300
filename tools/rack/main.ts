/** A whole rack on this machine: `npm start`. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runRack } = await import("./rack-program.ts");
await runRack(process.argv.slice(2));
