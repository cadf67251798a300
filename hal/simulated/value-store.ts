import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { isStorageName, type StorageFailureKind, type StorageOutcome } from "../storage.ts";
import type { ValueStore } from "../value-store.ts";

interface Pending {
  readonly key: string;
  readonly value: Uint8Array;
  readonly done: (outcome: StorageOutcome<void>) => void;
}

/** What a disk takes to confirm a value when nothing is wrong with it. */
const usualMicros = 2_000;

/**
 * A disk for values, in memory and on a virtual clock. It outlives the simulated card that uses it: open it again for the card
 * that is inserted next. What is not confirmed when the power fails has been written or not, as chance has it.
 */
export class SimulatedValueDisk {
  readonly #clock: Clock;
  readonly #values = new Map<string, Uint8Array>();
  readonly #damaged = new Set<string>();
  /** By the store that was opened last: what is under way. */
  #pending: Pending[] = [];
  #capacityOctets = Number.POSITIVE_INFINITY;
  #takesMicros = usualMicros;
  #openings = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes the device larger or smaller; what is there stays. 0 fills it up, for all that it matters. */
  resize(capacityOctets: number): void {
    this.#capacityOctets = capacityOctets;
  }

  /** From now on the disk takes so long for each value. */
  slowDown(takesMicros: number): void {
    this.#takesMicros = takesMicros;
  }

  /** Octets of this value are not any more what they were. */
  damage(key: string): void {
    this.#damaged.add(key);
  }

  /** Whoever has opened it is gone; nobody is told of what was under way. */
  cutPower(chance: Entropy): void {
    this.#openings++;
    for (const { key, value } of this.#pending) {
      if (chance.integer(2) === 0) break;
      if (this.#hasRoomFor(key, value)) this.#write(key, value);
    }
    this.#pending = [];
  }

  open(): ValueStore {
    const opening = ++this.#openings;
    this.#pending = [];
    return {
      get: (key) => this.#get(key),
      put: (key, value, done) => {
        if (opening !== this.#openings) return;
        this.#pending.push({ key, value: value.slice(), done });
        if (this.#pending.length === 1) this.#work(opening);
      },
    };
  }

  #work(opening: number): void {
    this.#clock.at(this.#clock.nowMicros() + this.#takesMicros, () => {
      if (opening !== this.#openings) return;
      const put = this.#pending.shift();
      if (put === undefined) return;
      const kind = this.#refusal(put.key, put.value);
      if (kind === undefined) this.#write(put.key, put.value);
      put.done(kind === undefined ? { ok: true, value: undefined } : failure(kind, put.key));
      if (this.#pending.length > 0) this.#work(opening);
    });
  }

  #get(key: string): StorageOutcome<Uint8Array> {
    if (!isStorageName(key)) return failure("bad-name", key);
    const value = this.#values.get(key);
    if (value === undefined) return failure("not-found", key);
    return this.#damaged.has(key) ? failure("corrupt", key) : { ok: true, value: value.slice() };
  }

  #refusal(key: string, value: Uint8Array): StorageFailureKind | undefined {
    if (!isStorageName(key)) return "bad-name";
    return this.#hasRoomFor(key, value) ? undefined : "full";
  }

  #write(key: string, value: Uint8Array): void {
    this.#values.set(key, value);
    this.#damaged.delete(key);
  }

  /** A new value stands beside the old one until it is whole. */
  #hasRoomFor(key: string, value: Uint8Array): boolean {
    let used = key.length + value.length;
    for (const each of this.#values.values()) used += each.length;
    return used <= this.#capacityOctets;
  }
}

function failure(kind: StorageFailureKind, name: string): StorageOutcome<never> {
  return { ok: false, error: { kind, name } };
}
