import { describe, expect, test } from "vitest";
import { readLines } from "../../../firmware/card/line-file.ts";
import { LineWriter, linesWaitingMax, lostLine } from "../../../firmware/card/line-writer.ts";
import { SimulatedStorage } from "../../../hal/simulated/storage.ts";

const file = "cdr.jsonl";
const room = 100_000_000;

function bench() {
  const disk = new SimulatedStorage();
  const log: string[] = [];
  const writer = new LineWriter(disk, (severity, text) => log.push(`${severity}: ${text}`));
  const append = (from: number, to: number) => {
    for (let line = from; line < to; line++) writer.append(file, `line ${line}`);
  };
  return { disk, log, writer, append, lines: () => readLines(disk, file) };
}

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => `line ${from + place}`);

describe("lines that the disk does not take", () => {
  test("wait in order, and are written when it does", () => {
    const { disk, log, writer, append, lines } = bench();
    append(0, 3);
    disk.resize(0);
    append(3, 1000);
    expect(writer.isBehind).toBe(true);
    writer.retry();
    expect(lines()).toEqual(numbered(0, 3));
    disk.resize(room);
    writer.retry();
    expect(writer.isBehind).toBe(false);
    append(1000, 1001);
    expect(lines()).toEqual(numbered(0, 1001));
    expect(log).toEqual(["alarm: storage of cdr.jsonl fails: full", "info: storage works again"]);
  });

  test("a disk that fills up again while they are written", () => {
    const { disk, writer, append, lines } = bench();
    disk.resize(0);
    append(0, 1000);
    disk.resize(3000);
    writer.retry();
    expect(lines().length).toBeGreaterThan(0);
    expect(lines().length).toBeLessThan(1000);
    append(1000, 1001);
    disk.resize(room);
    writer.retry();
    expect(lines()).toEqual(numbered(0, 1001));
  });

  test("beyond what memory is given for it they are lost, said so, and the lines after them keep their numbers", () => {
    const { disk, log, writer, append, lines } = bench();
    append(0, 1);
    disk.resize(0);
    append(1, 1 + linesWaitingMax + 300);
    disk.resize(room);
    writer.retry();
    append(1 + linesWaitingMax + 300, 1 + linesWaitingMax + 302);
    const whole = [
      ...numbered(0, 1 + linesWaitingMax),
      ...new Array<string>(300).fill(lostLine),
      ...numbered(1 + linesWaitingMax + 300, 1 + linesWaitingMax + 302),
    ];
    expect(lines()).toEqual(whole);
    expect(log[1]).toBe(`alarm: ${linesWaitingMax} lines of cdr.jsonl wait for the disk: further ones are lost`);
  });

  test.each([0, 2, 3, 5, 9])("a file that is cut to its first %i lines, three of them on the disk", (kept) => {
    const { disk, writer, append, lines } = bench();
    append(0, 3);
    disk.resize(0);
    append(3, 8);
    writer.truncate(file, kept);
    disk.resize(room);
    writer.retry();
    append(100, 101);
    expect(lines()).toEqual([...numbered(0, Math.min(kept, 8)), "line 100"]);
  });
});
