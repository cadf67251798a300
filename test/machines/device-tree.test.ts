/** The device trees of boards, as the kernel of an image reads them: Debian's, and what is wired to the header. */
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { boards } from "../../boards/boards.ts";
import { bootFiles } from "../../tools/flash/boot-files.ts";
import { gatherIngredients, type Ingredients } from "../../tools/flash/ingredients.ts";
import { runProgram } from "../../tools/flash/run-program.ts";

/** As the tool's own: what was fetched once is there. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tandem");
/** Of nodes in a tree's source. */
const spiNodes = ["spi@7e204000", "spi@7e215080"];
let ingredients: Ingredients;

beforeAll(async () => {
  ingredients = await gatherIngredients(cache, () => undefined);
});

/** What stands in a node of a tree's source, the nodes in it too. */
function nodeOf(source: string, name: string): string {
  const [, indent = "", content = ""] =
    new RegExp(`^(\\t+)${name} \\{\\n([\\s\\S]*?)\\n\\1\\};`, "m").exec(source) ?? [];
  expect(indent, `no node ${name}`).not.toBe("");
  return content;
}

test.each(["raspberry-pi-4", "raspberry-pi-cm4"])("%s: controllers of both planes, and the console", (name) => {
  const board = boards.get(name) ?? expect.unreachable();
  const files = bootFiles(board, ingredients, new Uint8Array(), 2);
  expect(
    files
      .map((file) => file.name)
      .sort()
      .join(" "),
  ).toBe("card.dtb cmdline.txt config.txt fixup4.dat root.cpio start4.elf vmlinuz");
  const tree = files.find((file) => file.name === "card.dtb")?.octets;
  const source = String(runProgram("dtc", ["-q", "-I", "dtb", "-O", "dts", "-"], { input: tree }));
  for (const [index, node] of spiNodes.entries()) {
    const spi = nodeOf(source, node);
    expect(spi).toContain('status = "okay"');
    expect(spi.match(/compatible = "microchip,mcp2518fd";/g)).toHaveLength(1);
    // Lines 25 and 24, active low; 17 MHz.
    expect(spi).toContain(`interrupts = <${["0x19", "0x18"][index]} 0x08>`);
    expect(spi).toContain("spi-max-frequency = <0x1036640>");
  }
  const serial = nodeOf(source, "serial@7e201000");
  expect(serial).toContain('status = "okay"');
  expect(serial).not.toContain("bluetooth");
  expect(source).toContain('stdout-path = "serial0:115200n8"');
});
