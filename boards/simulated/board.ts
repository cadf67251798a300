import type { Board } from "../board.ts";

/** A card that is a process: its planes are software buses of the same machine. */
export const simulatedBoard: Board = {
  name: "simulated",
  planes: [
    { kind: "software-bus", socket: "plane-a.sock" },
    { kind: "software-bus", socket: "plane-b.sock" },
  ],
  realTimePriority: 50,
};
