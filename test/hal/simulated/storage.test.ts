import { expect, test } from "vitest";
import { SimulatedStorage } from "../../../hal/simulated/storage.ts";
import { storageContract, textOf, okValue } from "../../contract/storage.ts";

storageContract("simulated", () => {
  const storage = new SimulatedStorage();
  return { storage, restart: () => storage };
});

test("a full device takes nothing of an append and keeps the old value", () => {
  const storage = new SimulatedStorage(10);
  okValue(storage.append("file", "1234"));
  okValue(storage.put("value", "5678"));
  expect(storage.append("file", "abc")).toEqual({ ok: false, error: { kind: "full", name: "file" } });
  expect(storage.put("value", "abcdefg")).toEqual({ ok: false, error: { kind: "full", name: "value" } });
  expect(textOf(storage.read("file", 0, 10))).toBe("1234");
  expect(textOf(storage.get("value"))).toBe("5678");
  okValue(storage.append("file", "ab"));
  storage.resize(0);
  okValue(storage.put("value", "abcd"));
  expect(storage.append("file", "c").ok).toBe(false);
  storage.resize(1000);
  okValue(storage.append("file", "c"));
});
