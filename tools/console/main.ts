/** The console of a card of the running rack: `npm run console -- 3`. */
import { runConsole } from "./console-program.ts";

await runConsole(process.argv);
