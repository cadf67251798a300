/** Writes the tables of the records into the dissector: `npm run dissector`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withTables } from "./lua-tables.ts";

const file = fileURLToPath(new URL("tandem.lua", import.meta.url));
writeFileSync(file, withTables(readFileSync(file, "utf8")));
