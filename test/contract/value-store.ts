import { describe, expect, test } from "vitest";
import type { StorageOutcome } from "../../hal/storage.ts";
import type { ValueStore } from "../../hal/value-store.ts";
import { okValue, textOf } from "./storage.ts";

/** A device under test. */
export interface ValueStoreUnderTest {
  /** Opens it as a card does that has been started (again): what was open before is closed. */
  open(): Promise<ValueStore>;
  /** Lets the device work until this is so. */
  until(isSo: () => boolean): Promise<void>;
  /** Fills it up, for all that it matters, and empties it again. Undefined where this host does not let us. */
  fill: ((full: boolean) => void) | undefined;
  /** Changes octets of a value while nobody has the device open. */
  damage(key: string): void;
  remove(): Promise<void>;
}

const octetsOf = (text: string) => new TextEncoder().encode(text);

/** Puts one value and lets the device work until it has answered. */
async function put(device: ValueStoreUnderTest, store: ValueStore, key: string, text: string) {
  let outcome: StorageOutcome<void> | undefined;
  store.put(key, octetsOf(text), (told) => {
    outcome = told;
  });
  await device.until(() => outcome !== undefined);
  return outcome;
}

const done = { ok: true, value: undefined };

/** What every ValueStore must do. `create` makes an empty device. */
export function valueStoreContract(implementation: string, create: () => Promise<ValueStoreUnderTest>): void {
  describe(`ValueStore: ${implementation}`, () => {
    const withDevice = (work: (device: ValueStoreUnderTest) => Promise<void>) => async () => {
      const device = await create();
      try {
        await work(device);
      } finally {
        await device.remove();
      }
    };

    test(
      "a value is replaced, whatever the lengths, and outlives a restart",
      withDevice(async (device) => {
        const store = await device.open();
        expect(store.get("blocking")).toEqual({ ok: false, error: { kind: "not-found", name: "blocking" } });
        for (const text of ["long before", "now", "", "at last"]) {
          expect(await put(device, store, "blocking", text)).toEqual(done);
          expect(textOf(store.get("blocking"))).toBe(text);
        }
        expect(await put(device, store, "large", "x".repeat(200_000))).toEqual(done);
        const again = await device.open();
        expect(textOf(again.get("blocking"))).toBe("at last");
        expect(textOf(again.get("large"))).toHaveLength(200_000);
      }),
    );

    test(
      "nobody hears of a put before it has returned, and all hear in order",
      withDevice(async (device) => {
        const store = await device.open();
        const told: number[] = [];
        for (let number = 0; number < 20; number++) {
          store.put(`key-${number % 3}`, octetsOf(`${number}`), () => told.push(number));
          expect(told).toEqual([]);
        }
        await device.until(() => told.length === 20);
        expect(told).toEqual(Array.from({ length: 20 }, (_, number) => number));
        const again = await device.open();
        expect(["key-0", "key-1", "key-2"].map((key) => textOf(again.get(key)))).toEqual(["18", "19", "17"]);
      }),
    );

    test(
      "a bad key is refused",
      withDevice(async (device) => {
        const store = await device.open();
        for (const key of ["", ".", ".hidden", "a/b", "../a", "A", "a b", "é", "x".repeat(65)]) {
          const bad = { ok: false, error: expect.objectContaining({ kind: "bad-name", name: key }) };
          expect(store.get(key)).toEqual(bad);
          expect(await put(device, store, key, "x")).toEqual(bad);
        }
        expect(await put(device, store, "x".repeat(64), "x")).toEqual(done);
      }),
    );

    test(
      "what is handed in and out is copied",
      withDevice(async (device) => {
        const store = await device.open();
        const octets = new Uint8Array([1, 2, 3]);
        let isDone = false;
        store.put("value", octets, () => {
          isDone = true;
        });
        octets.fill(9);
        await device.until(() => isDone);
        okValue(store.get("value")).fill(8);
        expect(okValue(store.get("value"))).toEqual(new Uint8Array([1, 2, 3]));
        expect(okValue((await device.open()).get("value"))).toEqual(new Uint8Array([1, 2, 3]));
      }),
    );

    test("a full device keeps the old value, and takes the next one when there is room", async ({ skip }) => {
      const device = await create();
      const { fill } = device;
      if (fill === undefined) skip("may not make a small disk here");
      try {
        const store = await device.open();
        expect(await put(device, store, "value", "old")).toEqual(done);
        fill?.(true);
        const full = { ok: false, error: expect.objectContaining({ kind: "full", name: "value" }) };
        for (const _ of ["once", "again"]) {
          expect(await put(device, store, "value", "y".repeat(100_000))).toEqual(full);
          expect(textOf(store.get("value"))).toBe("old");
        }
        fill?.(false);
        expect(await put(device, store, "value", "new")).toEqual(done);
        expect(textOf((await device.open()).get("value"))).toBe("new");
      } finally {
        await device.remove();
      }
    });

    test(
      "a damaged value is corrupt, never another one, and the next put mends it",
      withDevice(async (device) => {
        const store = await device.open();
        expect(await put(device, store, "value", "what was said")).toEqual(done);
        device.damage("value");
        const again = await device.open();
        expect(again.get("value")).toMatchObject({ ok: false, error: { kind: "corrupt", name: "value" } });
        expect(await put(device, again, "value", "said again")).toEqual(done);
        expect(textOf((await device.open()).get("value"))).toBe("said again");
      }),
    );
  });
}
