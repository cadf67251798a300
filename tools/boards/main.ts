/** `npm run boards`: writes the tables of boards/README.md and the drawing of the rack anew, from what the boards say. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boards } from "../../boards/boards.ts";
import { rackDrawing } from "./rack-drawing.ts";
import { withWiring } from "./wiring-text.ts";

const folder = join(import.meta.dirname, "../../boards");
const page = join(folder, "README.md");
writeFileSync(page, withWiring(readFileSync(page, "utf8"), boards));
writeFileSync(join(folder, "rack.svg"), rackDrawing());
