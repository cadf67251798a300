/** The board that a card is on, and what it says of the planes. */
import type { Card } from "../../firmware/configuration/rack-schema.ts";
import type { Board, Watchdog } from "../../boards/board.ts";
import { boards } from "../../boards/boards.ts";
import { UserError } from "../configuration/read-configuration.ts";

/** As the command line says, or else rack.yaml. @throws UserError */
export function boardOf(given: string | undefined, card: Card): Board | undefined {
  const name = given ?? card.board;
  if (name === undefined) return undefined;
  const board = boards.get(name);
  if (board === undefined) throw new UserError(`--board ${name}: allowed are ${[...boards.keys()].join(", ")}`);
  return board;
}

/**
 * What the card plugs into (plane-port.ts): as the command line says, or else the board.
 * @throws UserError
 */
export function planesOf(given: readonly (string | undefined)[], board: Board | undefined): readonly [string, string] {
  const plane = (index: 0 | 1): string => {
    const own = board?.planes[index];
    const name = given[index] ?? (own?.kind === "socketcan" ? own.interface : own?.socket);
    if (name === undefined) {
      throw new UserError(`the card is not told where plane ${"AB"[index]} is: say --board, or --plane-${"ab"[index]}`);
    }
    return name;
  };
  return [plane(0), plane(1)];
}

/** Among the lines that the command line names: the board's own serial line, if it has one. */
const ownLine = "board";

/** The lines of the card's console: as the command line says, or else the board's serial line. */
export function consolesOf(given: readonly string[], board: Board | undefined): readonly string[] {
  const own = board?.console === undefined ? [] : [`${board.console.device}:${board.console.baudRate}`];
  return given.length === 0 ? own : given.flatMap((line) => (line === ownLine ? own : [line]));
}

/** As most drivers have it, and the longest that the one of a Raspberry Pi takes. */
const watchdogSeconds = 15;

/** As the command line says, or else the board's. */
export function watchdogOf(device: string | undefined, board: Board | undefined): Watchdog | undefined {
  return device === undefined ? board?.watchdog : { device, timeoutSeconds: watchdogSeconds };
}
