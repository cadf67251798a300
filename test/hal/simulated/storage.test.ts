import { expect, test } from "vitest";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { SimulatedStorage } from "../../../hal/simulated/storage.ts";
import { storageContract, textOf, okValue } from "../../contract/storage.ts";

storageContract("simulated", () => {
  const storage = new SimulatedStorage();
  return { storage, restart: () => storage };
});

test("a full device takes nothing of an append", () => {
  const storage = new SimulatedStorage(10);
  okValue(storage.append("file", "12345678"));
  expect(storage.append("file", "abc")).toEqual({ ok: false, error: { kind: "full", name: "file" } });
  expect(textOf(storage.read("file", 0, 20))).toBe("12345678");
  okValue(storage.append("file", "ab"));
  storage.resize(0);
  expect(storage.append("file", "c").ok).toBe(false);
  okValue(storage.truncate("file", 3));
  storage.resize(4);
  okValue(storage.append("file", "d"));
  expect(storage.append("file", "e").ok).toBe(false);
  expect(textOf(storage.read("file", 0, 20))).toBe("123d");
});

test("a power failure leaves some part of the last append, and all before it", () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const storage = new SimulatedStorage();
    okValue(storage.append("file", "before\n"));
    okValue(storage.append("file", "abc"));
    storage.cutPower(seededEntropy(seed));
    found.add(textOf(storage.read("file", 0, 20)));
  }
  expect([...found].sort()).toEqual(["before\n", "before\na", "before\nab", "before\nabc"]);
});
