/** Boards that rack.yaml assigns to cards. */
import { expect, test } from "vitest";
import type { Board } from "../../boards/board.ts";
import { boards } from "../../boards/boards.ts";
import { checkBoards } from "../../boards/rack-boards.ts";
import { rackSchema } from "../../firmware/configuration/rack-schema.ts";
import { parseConfiguration } from "../../tools/configuration/read-configuration.ts";
import { exampleRack } from "../firmware/configuration/example-rack.ts";

const classicOnly: Board = {
  name: "classic-only",
  planes: [
    { kind: "socketcan", interface: "can0" },
    { kind: "socketcan", interface: "can1" },
  ],
  realTimePriority: 50,
  can: { frames: "classic", bitRateMax: 500_000, dataBitRateMax: 500_000 },
};
const known = new Map([...boards, [classicOnly.name, classicOnly]]);

/** The example's rack, its second card on a board. */
function rackWith(board: string, bus: object = {}) {
  const example = exampleRack();
  const cards = example.cards.map((card, index) => (index === 1 ? { ...card, board } : card));
  return rackSchema.parse({ ...example, bus, cards });
}

const faultsWith = (board: string, bus?: object) => checkBoards(rackWith(board, bus), known).map(({ text }) => text);

test("every board of the list fits a rack as it is by default", () => {
  for (const name of boards.keys()) expect(faultsWith(name)).toEqual([]);
});

test("a board that there is not", () => {
  expect(faultsWith("raspberry-pi-3")).toEqual([
    'found "raspberry-pi-3"; allowed: raspberry-pi-4, raspberry-pi-cm4, raspberry-pi-5, generic-linux, classic-only',
  ]);
});

test("a classic controller on a plane with FD frames", () => {
  expect(faultsWith("classic-only")).toEqual(["classic-only would destroy FD frames; allowed: bus.frames classic"]);
});

test("a bit rate that a board does not have", () => {
  expect(faultsWith("classic-only", { frames: "classic", bitRate: 500_000 })).toEqual([]);
  expect(faultsWith("classic-only", { frames: "classic" })).toEqual([
    "classic-only has 500000 bit/s at most, bus.bitRate is 1000000",
  ]);
});

test("a data bit rate that a board does not have", () => {
  const slow = {
    ...classicOnly,
    name: "slow",
    can: { frames: "fd", bitRateMax: 1_000_000, dataBitRateMax: 2_000_000 },
  } as const;
  expect(checkBoards(rackWith("slow"), new Map([["slow", slow]])).map(({ text }) => text)).toEqual([
    "slow has 2000000 bit/s at most, bus.dataBitRate is 5000000",
  ]);
});

test("reading rack.yaml says it with line and path", () => {
  const text = JSON.stringify(rackWith("raspberry-pi-3"));
  expect(() => parseConfiguration(text, "rack.yaml")).toThrow(
    'rack.yaml, line 1: cards[1].board: found "raspberry-pi-3"; allowed: raspberry-pi-4',
  );
});
