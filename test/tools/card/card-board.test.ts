import { expect, test } from "vitest";
import { boardOf, consolesOf, planesOf } from "../../../tools/card/card-board.ts";

const card = { slot: 1, kind: "lim" } as const;

test("the command line goes before rack.yaml", () => {
  expect(boardOf(undefined, card)).toBeUndefined();
  expect(boardOf(undefined, { ...card, board: "raspberry-pi-5" })?.name).toBe("raspberry-pi-5");
  expect(boardOf("raspberry-pi-4", { ...card, board: "raspberry-pi-5" })?.name).toBe("raspberry-pi-4");
  expect(() => boardOf("abacus", card)).toThrow(/^--board abacus: allowed are raspberry-pi-4, /);
});

test("planes are the board's, unless the command line names others", () => {
  const board = boardOf("raspberry-pi-4", card);
  expect(planesOf([undefined, undefined], board)).toEqual(["can-a", "can-b"]);
  expect(planesOf(["can0@slot-1", undefined], board)).toEqual(["can0@slot-1", "can-b"]);
  expect(planesOf(["/run/a", "/run/b"], undefined)).toEqual(["/run/a", "/run/b"]);
  expect(() => planesOf(["/run/a", undefined], undefined)).toThrow(
    "the card is not told where plane B is: say --board, or --plane-b",
  );
});

test("the console is on the board's serial line, unless the command line names others", () => {
  const board = boardOf("raspberry-pi-4", card);
  expect(consolesOf([], board)).toEqual(["/dev/ttyAMA0:115200"]);
  expect(consolesOf(["stdin"], board)).toEqual(["stdin"]);
  expect(consolesOf([], undefined)).toEqual([]);
  expect(consolesOf(["board", "socket:/run/s"], board)).toEqual(["/dev/ttyAMA0:115200", "socket:/run/s"]);
  expect(consolesOf(["board", "socket:/run/s"], undefined)).toEqual(["socket:/run/s"]);
});
