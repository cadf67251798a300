/** The program of a card: its slot in rack.yaml tells it what it is. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runCard } = await import("./card-program.ts");
await runCard(process.argv);
