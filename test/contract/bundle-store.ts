import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Bundle, BundleStore, TryOutcome } from "../../hal/bundle-store.ts";

/** A store under test, and what the card that it is of does beside it. */
export interface BundleStoreUnderTest {
  readonly installedVersion: string;
  /** Octets of firmware that this card can run, of a version; or of another processor's. */
  firmware(version: string, isFit: boolean): Uint8Array;
  /** The card starts, for the first time or again: what the store says it runs, it runs. */
  start(): BundleStore;
  /** Lets what was begun come to its end. */
  settle<T>(begun: Promise<T>): Promise<T>;
}

const digestOf = (octets: Uint8Array) => Uint8Array.from(createHash("sha256").update(octets).digest());
const bundleOf = (version: string, octets: Uint8Array): Bundle => ({
  version,
  octets: octets.length,
  digest: digestOf(octets),
});

/** What every BundleStore must do. `create` makes one in which nothing is held. */
export function bundleStoreContract(implementation: string, create: () => BundleStoreUnderTest): void {
  describe(`BundleStore: ${implementation}`, () => {
    function setUp() {
      const subject = create();
      const ask = <T>(work: (done: (told: T) => void) => void) =>
        subject.settle(new Promise<T>((resolve) => work(resolve)));
      const begin = (store: BundleStore, bundle: Bundle | undefined) =>
        ask<boolean>((done) => store.begin(bundle, done));
      const append = (store: BundleStore, octets: Uint8Array) => ask<boolean>((done) => store.append(octets, done));
      const hold = async (store: BundleStore, version: string, isFit = true): Promise<Bundle> => {
        const octets = subject.firmware(version, isFit);
        const bundle = bundleOf(version, octets);
        expect(await begin(store, bundle)).toBe(true);
        expect(await append(store, octets)).toBe(true);
        return bundle;
      };
      return {
        ...subject,
        ...{ begin, append, hold },
        digest: (store: BundleStore) => ask<Uint8Array | undefined>((done) => store.digest(done)),
        read: (store: BundleStore, from: number, most: number) =>
          ask<Uint8Array | undefined>((done) => store.read(from, most, done)),
        tryNext: (store: BundleStore) => ask<TryOutcome>((done) => store.tryNext(done)),
        keep: (store: BundleStore) => ask<boolean>((done) => store.keep(done)),
      };
    }

    test("a card runs what it was installed with, and holds nothing", () => {
      const { start, installedVersion } = setUp();
      const store = start();
      expect(store.running).toMatchObject({ version: installedVersion, isTrial: false, rolledBack: undefined });
      expect(store.held()).toBeUndefined();
    });

    test("octets are held as they come, read back, and outlive a restart", async () => {
      const { start, firmware, begin, append, digest, read } = setUp();
      const octets = Uint8Array.from(firmware("2.0.0", true));
      const bundle = bundleOf("2.0.0", octets);
      const store = start();
      expect(await append(store, octets)).toBe(false);
      expect(await begin(store, bundle)).toBe(true);
      expect(store.held()).toEqual({ bundle, octets: 0 });
      const half = octets.length >> 1;
      const given = octets.slice(0, half);
      const appending = append(store, given);
      given.fill(0);
      expect(await appending).toBe(true);
      expect(store.held()).toEqual({ bundle, octets: half });
      expect(await digest(store)).toEqual(digestOf(octets.slice(0, half)));

      const again = start();
      expect(again.held()).toEqual({ bundle, octets: half });
      expect(await append(again, octets.slice(half))).toBe(true);
      expect(await append(again, Uint8Array.of(1))).toBe(false);
      expect(await digest(again)).toEqual(bundle.digest);
      expect(await read(again, 3, 4)).toEqual(octets.slice(3, 7));
      expect(await read(again, octets.length - 2, 100)).toEqual(octets.slice(-2));
      expect(await read(again, octets.length + 2, 100)).toHaveLength(0);
    });

    test("another bundle takes the place of the one before, and none takes it all away", async () => {
      const { start, hold, begin, digest } = setUp();
      const store = start();
      await hold(store, "2.0.0");
      const other = await hold(store, "3.0.0");
      expect(store.held()).toEqual({ bundle: other, octets: other.octets });
      expect(await begin(store, undefined)).toBe(true);
      expect(store.held()).toBeUndefined();
      expect(await digest(store)).toBeUndefined();
      expect(start().held()).toBeUndefined();
    });

    test("what is tried is run once; kept, it is run from then on", async () => {
      const { start, hold, tryNext, keep } = setUp();
      const store = start();
      await hold(store, "2.0.0");
      expect(await tryNext(store)).toBe("done");
      const trial = start();
      expect(trial.running).toMatchObject({ version: "2.0.0", isTrial: true });
      expect(await keep(trial)).toBe(true);
      for (const _ of [1, 2]) expect(start().running).toMatchObject({ version: "2.0.0", isTrial: false });
    });

    test("what is not kept is not run again, and the card learns of it once", async () => {
      const { start, hold, tryNext, installedVersion } = setUp();
      const store = start();
      await hold(store, "2.0.0");
      await tryNext(store);
      expect(start().running.isTrial).toBe(true);
      expect(start().running).toEqual({ version: installedVersion, isTrial: false, rolledBack: "2.0.0" });
      expect(start().running).toMatchObject({ version: installedVersion, isTrial: false, rolledBack: undefined });
    });

    test("a second upgrade goes back to the first", async () => {
      const { start, hold, tryNext, keep } = setUp();
      const store = start();
      await hold(store, "2.0.0");
      await tryNext(store);
      const second = start();
      await keep(second);
      await hold(second, "3.0.0");
      expect(await tryNext(second)).toBe("done");
      expect(start().running).toMatchObject({ version: "3.0.0", isTrial: true });
      expect(start().running).toMatchObject({ version: "2.0.0", isTrial: false, rolledBack: "3.0.0" });
    });

    test("what is no firmware of this card is not tried", async () => {
      const { start, hold, tryNext, installedVersion } = setUp();
      const store = start();
      expect(await tryNext(store)).toBe("unfit");
      await hold(store, "2.0.0", false);
      expect(await tryNext(store)).toBe("unfit");
      expect(start().running).toMatchObject({ version: installedVersion, isTrial: false });
    });
  });
}
