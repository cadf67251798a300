import { describe, expect, test } from "vitest";
import { readLines, truncateLines } from "../../../firmware/card/line-file.ts";
import { SimulatedStorage } from "../../../hal/simulated/storage.ts";
import type { Storage } from "../../../hal/storage.ts";

const file = "cdr.jsonl";

function storageWith(content: string): SimulatedStorage {
  const storage = new SimulatedStorage();
  storage.append(file, content);
  return storage;
}

/** A storage whose reads from this offset on fail. */
function unreadableFrom(storage: Storage, offset: number): Storage {
  return {
    append: (name, content) => storage.append(name, content),
    truncate: (name, octets) => storage.truncate(name, octets),
    read: (name, from, octetsMax) =>
      from < offset ? storage.read(name, from, octetsMax) : { ok: false, error: { kind: "broken", name } },
  };
}

/** More than one piece of what is read at once, with lines across the pieces. */
const long = Array.from({ length: 5000 }, (_, line) => `line ${line} ${"x".repeat(line % 60)}`);

describe("reading lines", () => {
  test("of a file that is not there, is empty, or has lines", () => {
    expect(readLines(new SimulatedStorage(), file)).toEqual([]);
    expect(readLines(storageWith(""), file)).toEqual([]);
    expect(readLines(storageWith("a\n\nb\n"), file)).toEqual(["a", "", "b"]);
  });

  test("of a long file", () => {
    expect(readLines(storageWith(`${long.join("\n")}\n`), file)).toEqual(long);
  });

  test("half a line at the end is cut off, so that the next one begins anew", () => {
    for (const whole of [[], ["a"], long]) {
      const storage = storageWith(whole.map((line) => `${line}\n`).join(""));
      storage.append(file, '{"half');
      expect(readLines(storage, file)).toEqual(whole);
      storage.append(file, "next\n");
      expect(readLines(storage, file)).toEqual([...whole, "next"]);
    }
  });

  test("of a file that cannot be read any further cuts nothing off", () => {
    const storage = storageWith(`${long.join("\n")}\n`);
    const read = readLines(unreadableFrom(storage, 65_536), file);
    expect(read).toEqual(long.slice(0, read.length));
    expect(readLines(storage, file)).toEqual(long);
  });
});

describe("cutting a file to its first lines", () => {
  test.each([0, 1, 4, 2500, 4999, 5000, 6000])("%i of 5000", (lines) => {
    const storage = storageWith(`${long.join("\n")}\n`);
    expect(truncateLines(storage, file, lines)).toBeUndefined();
    expect(readLines(storage, file)).toEqual(long.slice(0, lines));
  });

  test("of a file that is not there nothing need be cut", () => {
    for (const lines of [0, 3]) expect(truncateLines(new SimulatedStorage(), file, lines)).toBeUndefined();
  });

  test("of a file that cannot be read loses nothing, and says why", () => {
    const storage = storageWith(`${long.join("\n")}\n`);
    for (const offset of [0, 65_536]) {
      expect(truncateLines(unreadableFrom(storage, offset), file, 4999)).toMatchObject({ kind: "broken" });
    }
    expect(readLines(storage, file)).toEqual(long);
  });
});
