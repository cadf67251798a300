/** Random scenarios and faults by seed, on all processors: `npm run hunt`. */
import { runHunt } from "./hunt-program.ts";

process.exitCode = await runHunt(process.argv);
