/**
 * How a witness finds call servers that are deaf. They say in their beats which input of each witness they heard last. What others
 * have heard they must have heard, too, by the third such beat; and not sooner than its sender has said it once more.
 */
import type { Micros } from "../time.ts";
import { nearest } from "./sequence-number.ts";

/** Bits of an input's number that a beat tells. */
export const receivedBits = 12;
const missesToDeaf = 3;
/** A sender repeats what is not consumed after 100 ms. */
const patienceMicros = 120_000;

interface Expectation {
  /** Of the sender of the inputs. */
  incarnation: number;
  number: number;
  since: Micros;
  misses: number;
}

export class DeafnessWatch {
  /** By the slot of the call server, then of the sender. */
  readonly #expectations = new Map<number, Map<number, Expectation>>();

  /**
   * A call server's beat told the low bits of the last input that it heard of a sender.
   * @param heard number of the last input of that sender that this card knows to have been on the bus
   */
  told(slot: number, sender: number, received: number, heard: number, incarnation: number, now: Micros): void {
    const expected = this.#expectation(slot, sender);
    if (expected.incarnation === incarnation && nearest(expected.number, received, receivedBits) < expected.number) {
      expected.misses++;
      return;
    }
    expected.incarnation = incarnation;
    expected.number = heard;
    expected.since = now;
    expected.misses = 0;
  }

  #expectation(slot: number, sender: number): Expectation {
    let bySender = this.#expectations.get(slot);
    if (bySender === undefined) {
      bySender = new Map();
      this.#expectations.set(slot, bySender);
    }
    let expected = bySender.get(sender);
    if (expected === undefined) {
      expected = { incarnation: Number.NaN, number: 0, since: 0, misses: 0 };
      bySender.set(sender, expected);
    }
    return expected;
  }

  isDeaf(slot: number, now: Micros): boolean {
    const bySender = this.#expectations.get(slot);
    if (bySender === undefined) return false;
    for (const { misses, since } of bySender.values()) {
      if (misses >= missesToDeaf && now - since >= patienceMicros) return true;
    }
    return false;
  }

  /** Nothing can be expected of this card. */
  forget(slot: number): void {
    this.#expectations.delete(slot);
  }
}
