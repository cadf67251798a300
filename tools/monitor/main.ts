/** The monitor as a program: `npm run monitor`. */
import { runMonitor } from "./monitor-program.ts";

process.exitCode = await runMonitor(process.argv.slice(2), (text) => process.stderr.write(text));
