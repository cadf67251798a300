/** What `npm run boards` writes is what is checked in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { boards } from "../../../boards/boards.ts";
import { rackDrawing } from "../../../tools/boards/rack-drawing.ts";
import { wiringText, withWiring } from "../../../tools/boards/wiring-text.ts";

const folder = join(import.meta.dirname, "../../../boards");

test("the tables of boards/README.md are those of the boards", () => {
  const page = readFileSync(join(folder, "README.md"), "utf8");
  expect(withWiring(page, boards)).toBe(page);
  expect(page).toContain(wiringText(boards.get("raspberry-pi-4") ?? expect.unreachable()));
});

test("the drawing is that of the generator, with four terminations", () => {
  const drawing = readFileSync(join(folder, "rack.svg"), "utf8");
  expect(drawing).toBe(rackDrawing());
  expect(drawing.match(/120 Ω/g)).toHaveLength(4);
});

test("a page that names a board that there is not", () => {
  expect(() => withWiring("<!-- wiring: pocket -->\n<!-- end -->", boards)).toThrow(
    "a board that there is not: pocket",
  );
});
