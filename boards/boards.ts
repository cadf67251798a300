/** The boards there are, by name. */
import type { Board } from "./board.ts";
import { genericLinux } from "./generic-linux/board.ts";
import { raspberryPi4 } from "./raspberry-pi-4/board.ts";
import { raspberryPi5 } from "./raspberry-pi-5/board.ts";
import { raspberryPiCm4 } from "./raspberry-pi-cm4/board.ts";

export const boards: ReadonlyMap<string, Board> = new Map(
  [raspberryPi4, raspberryPiCm4, raspberryPi5, genericLinux].map((board) => [board.name, board]),
);
