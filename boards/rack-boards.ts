/** Whether the boards that a rack is made of fit its planes, and so each other: all cards of a plane speak at the same rates. */
import type { ConfigurationFault } from "../firmware/configuration/check.ts";
import type { RackConfiguration } from "../firmware/configuration/rack-schema.ts";
import type { Board } from "./board.ts";
import { boards } from "./boards.ts";

type Rack = Pick<RackConfiguration, "bus" | "cards">;

/** Faults of cards that name their board, in the order of the cards. */
export function checkBoards(rack: Rack, known: ReadonlyMap<string, Board> = boards): ConfigurationFault[] {
  return rack.cards.flatMap((card, index) => {
    if (card.board === undefined) return [];
    const path = ["cards", index, "board"];
    const board = known.get(card.board);
    if (board === undefined) return [{ path, text: `found "${card.board}"; allowed: ${[...known.keys()].join(", ")}` }];
    const misfit = misfitOf(board, rack.bus);
    return misfit === undefined ? [] : [{ path, text: misfit }];
  });
}

/** Why a board cannot take part in a plane; nothing is known of one that does not say what its controllers can do. */
function misfitOf({ name, can }: Board, bus: RackConfiguration["bus"]): string | undefined {
  if (can === undefined) return undefined;
  if (bus.frames === "fd" && can.frames === "classic")
    return `${name} would destroy FD frames; allowed: bus.frames classic`;
  if (bus.bitRate > can.bitRateMax) return `${name} has ${can.bitRateMax} bit/s at most, bus.bitRate is ${bus.bitRate}`;
  if (bus.frames === "fd" && bus.dataBitRate > can.dataBitRateMax)
    return `${name} has ${can.dataBitRateMax} bit/s at most, bus.dataBitRate is ${bus.dataBitRate}`;
  return undefined;
}
