/** `npm run flash`: the image of a card. */
import { runFlash } from "./flash-program.ts";

process.exitCode = await runFlash(process.argv.slice(2));
