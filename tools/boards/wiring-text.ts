/** A board's wiring as people read it: a table of pins, and what is said in config.txt. */
import type { Board } from "../../boards/board.ts";
import { bootConfiguration } from "../../boards/boot-configuration.ts";
import { wiringOf } from "../../boards/wiring.ts";

/** Markdown. */
export function wiringText(board: Board): string {
  const wires = wiringOf(board);
  const rows = wires.map(
    ({ pin, line, signal, direction, by }) => `| ${pin} | GPIO ${line} | ${signal} | ${direction} | ${by} |`,
  );
  const configuration = bootConfiguration(board);
  return [
    ...["| pin | line | signal | direction | wired by |", "|---:|---|---|---|---|", ...rows],
    ...(configuration.length === 0 ? [] : ["", "```", ...configuration, "```"]),
  ].join("\n");
}

/** A page with what stands between `<!-- wiring: NAME -->` and the next `<!-- end -->` written anew. */
export function withWiring(page: string, boards: ReadonlyMap<string, Board>): string {
  return page.replace(/(<!-- wiring: ([a-z0-9-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_all, begin, name, end) => {
    const board = boards.get(name);
    if (board === undefined) throw new Error(`boards/README.md names a board that there is not: ${name}`);
    return `${begin}\n${wiringText(board)}\n\n${end}`;
  });
}
