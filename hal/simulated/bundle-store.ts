import type { Bundle, BundleStore, HeldBundle, RunningFirmware } from "../bundle-store.ts";
import type { Clock } from "../clock.ts";

/** What the flash memory takes for whatever it is asked. */
const takesMicros = 3_000;

interface Held {
  readonly bundle: Bundle;
  readonly octets: Uint8Array;
  length: number;
}

/** The flash memory of a card with two partitions, in memory and on a virtual clock. It outlives the simulated card that uses it. */
export class SimulatedFlash {
  readonly #clock: Clock;
  readonly #digestOf: (octets: Uint8Array) => Uint8Array;
  #kept: string;
  #tried: string | undefined;
  #held: Held | undefined;
  /** Bundles larger than this find no room. */
  capacityOctets = Number.POSITIVE_INFINITY;
  readonly #isFit: (octets: Uint8Array) => boolean;
  /** Booted on trial, and not kept. */
  #onTrial: string | undefined;
  #boots = 0;

  /** @param isFit whether octets are firmware for this card */
  constructor(
    version: string,
    clock: Clock,
    digestOf: (octets: Uint8Array) => Uint8Array,
    isFit: (octets: Uint8Array) => boolean = () => true,
  ) {
    this.#isFit = isFit;
    this.#kept = version;
    this.#clock = clock;
    this.#digestOf = digestOf;
  }

  /** An octet of what is held is not any more what it was. */
  damage(place: number): void {
    const octets = this.#held?.octets;
    if (octets !== undefined) octets[place] ^= 1;
  }

  /** The card starts: whoever has used the memory before is gone, and is told nothing more. */
  boot(): BundleStore {
    const version = this.#tried ?? this.#kept;
    const running: RunningFirmware = { version, isTrial: this.#tried !== undefined, rolledBack: this.#onTrial };
    this.#onTrial = this.#tried;
    this.#tried = undefined;
    const boot = ++this.#boots;
    const later = (work: () => void) => {
      this.#clock.at(this.#clock.nowMicros() + takesMicros, () => {
        if (boot === this.#boots) work();
      });
    };
    return {
      running,
      held: () => this.#heldBundle(),
      begin: (bundle, done) => later(() => done(this.#begin(bundle))),
      append: (octets, done) => {
        const copy = Uint8Array.from(octets);
        later(() => done(this.#append(copy)));
      },
      read: (offset, octetsMax, done) => later(() => done(this.#read(offset, octetsMax))),
      digest: (done) => later(() => done(this.#held && this.#digestOf(this.#held.octets.slice(0, this.#held.length)))),
      tryNext: (done) =>
        later(() => {
          this.#tried = this.#held && this.#isFit(this.#held.octets) ? this.#held.bundle.version : undefined;
          done(this.#tried === undefined ? "unfit" : "done");
        }),
      keep: (done) =>
        later(() => {
          this.#kept = version;
          this.#onTrial = undefined;
          done(true);
        }),
    };
  }

  #heldBundle(): HeldBundle | undefined {
    return this.#held && { bundle: this.#held.bundle, octets: this.#held.length };
  }

  #read(offset: number, octetsMax: number): Uint8Array | undefined {
    const held = this.#held;
    return held?.octets.slice(offset, Math.min(offset + octetsMax, held.length));
  }

  #begin(bundle: Bundle | undefined): boolean {
    if (bundle !== undefined && bundle.octets > this.capacityOctets) return false;
    this.#held = bundle && { bundle, octets: new Uint8Array(bundle.octets), length: 0 };
    return true;
  }

  #append(octets: Uint8Array): boolean {
    const held = this.#held;
    if (held === undefined || held.length + octets.length > held.octets.length) return false;
    held.octets.set(octets, held.length);
    held.length += octets.length;
    return true;
  }
}
