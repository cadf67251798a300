import { describe, expect, test } from "vitest";
import type { Storage, StorageOutcome } from "../../hal/storage.ts";

/** A storage under test. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** The same device as a card sees it that has been started again. */
  restart(): Storage;
}

/** What every Storage must do. `create` makes an empty one. */
export function storageContract(implementation: string, create: () => StorageUnderTest): void {
  describe(`Storage: ${implementation}`, () => {
    test("lines are appended in order and outlive a restart", () => {
      const { storage, restart } = create();
      okValue(storage.append("calls.jsonl", '{"call":1}\n'));
      okValue(storage.append("calls.jsonl", '{"call":2}\n'));
      expect(textOf(storage.read("calls.jsonl", 0, 1000))).toBe('{"call":1}\n{"call":2}\n');
      const again = restart();
      okValue(again.append("calls.jsonl", '{"call":3}\n'));
      expect(textOf(again.read("calls.jsonl", 0, 1000))).toBe('{"call":1}\n{"call":2}\n{"call":3}\n');
    });

    test("octets are kept as they are, text as UTF-8", () => {
      const { storage } = create();
      const every = Uint8Array.from({ length: 256 }, (_, octet) => octet);
      okValue(storage.append("octets", every));
      expect(okValue(storage.read("octets", 0, 1000))).toEqual(every);
      const text = "a\u0000\u007f\u0080é߿ࠀ€\uffff😀\n";
      okValue(storage.append("text", text));
      expect(okValue(storage.read("text", 0, 1000))).toEqual(new TextEncoder().encode(text));
      okValue(storage.append("half", "\ud800."));
      expect(textOf(storage.read("half", 0, 10))).toBe("\ufffd.");
    });

    test("a file is read in pieces; there is nothing at its end and beyond", () => {
      const { storage } = create();
      okValue(storage.append("file", "0123456789"));
      expect(textOf(storage.read("file", 0, 4))).toBe("0123");
      expect(textOf(storage.read("file", 4, 4))).toBe("4567");
      expect(textOf(storage.read("file", 8, 4))).toBe("89");
      expect(textOf(storage.read("file", 10, 4))).toBe("");
      expect(textOf(storage.read("file", 1000, 4))).toBe("");
      expect(textOf(storage.read("file", 3, 0))).toBe("");
    });

    test("truncating cuts the end off and never makes a file longer", () => {
      const { storage } = create();
      okValue(storage.append("file", "whole\nhal"));
      okValue(storage.truncate("file", 100));
      expect(textOf(storage.read("file", 0, 100))).toBe("whole\nhal");
      okValue(storage.truncate("file", 6));
      okValue(storage.append("file", "next\n"));
      expect(textOf(storage.read("file", 0, 100))).toBe("whole\nnext\n");
      okValue(storage.truncate("file", 0));
      expect(textOf(storage.read("file", 0, 100))).toBe("");
    });

    test("what is not there is not found", () => {
      const { storage } = create();
      const notFound = { ok: false, error: expect.objectContaining({ kind: "not-found", name: "nothing" }) };
      for (const _ of ["empty storage", "storage in use"]) {
        expect(storage.read("nothing", 0, 10)).toEqual(notFound);
        expect(storage.truncate("nothing", 0)).toEqual(notFound);
        okValue(storage.append("something", "."));
      }
    });

    test("a bad name is refused", () => {
      const { storage } = create();
      for (const name of ["", ".", "..", ".hidden", "a/b", "../a", "A", "a b", "a\0", "a\n", "é", "x".repeat(65)]) {
        const bad = { ok: false, error: expect.objectContaining({ kind: "bad-name", name }) };
        expect(storage.append(name, "x")).toEqual(bad);
        expect(storage.read(name, 0, 10)).toEqual(bad);
        expect(storage.truncate(name, 0)).toEqual(bad);
      }
      okValue(storage.append("x".repeat(64), "x"));
    });

    test("what is handed in and out is copied", () => {
      const { storage } = create();
      const octets = new Uint8Array([1, 2, 3]);
      okValue(storage.append("file", octets));
      octets.fill(9);
      okValue(storage.read("file", 0, 3)).fill(8);
      const kept = okValue(storage.read("file", 0, 3));
      expect(Object.getPrototypeOf(kept)).toBe(Uint8Array.prototype);
      expect(kept).toEqual(new Uint8Array([1, 2, 3]));
    });
  });
}

/** The value of a success; a failure fails the test with what it says. */
export function okValue<T>(outcome: StorageOutcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

/** The same as text. */
export function textOf(outcome: StorageOutcome<Uint8Array>): string {
  return new TextDecoder().decode(okValue(outcome));
}
