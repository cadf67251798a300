/**
 * What the last commits had LIMs and transporters do. Both call servers keep it, from the same commits: when a card dies, what it
 * may not have done any more is moved to another.
 */
import { type Output, outputs as outputsLayout } from "../interchange/output.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import { OctetRing } from "../layout/octet-ring.ts";

/** As long as commits are kept for repair. */
export const historyCommits = 4096;

/** One output in its place. */
export interface PlacedOutput {
  readonly term: number;
  readonly sequence: number;
  readonly index: number;
  readonly output: Output;
  /** The payload of the input that the commit consumed, which the output may refer to. */
  readonly payload: Uint8Array;
}

/** What most commits have at most, body and payload: an IAM is the longest message of a call. */
const usualOctetsMax = 192;

export class OutputHistory {
  /** A commit's body, and the payload behind it. Outputs come first in a body; they are read when somebody asks, which is rare. */
  readonly #commits = new OctetRing(historyCommits, usualOctetsMax);
  readonly #bodyOctets = new Uint16Array(historyCommits);
  readonly #terms = new Float64Array(historyCommits);

  add(term: number, sequence: number, body: Uint8Array, payload: Uint8Array): void {
    this.#commits.put(sequence, body, payload);
    this.#bodyOctets[sequence % historyCommits] = body.length;
    this.#terms[sequence % historyCommits] = term;
  }

  /** Outputs of a card, in order, in the commits above `after` up to `last`. */
  *of(slot: number, after: number, last: number): IterableIterator<PlacedOutput> {
    for (let sequence = Math.max(after, last - historyCommits) + 1; sequence <= last; sequence++) {
      const octets = this.#commits.get(sequence);
      const bodyOctets = this.#bodyOctets[sequence % historyCommits];
      if (octets === undefined || bodyOctets === 0) continue;
      const body = octets.subarray(0, bodyOctets);
      const payload = octets.subarray(bodyOctets);
      const term = this.#terms[sequence % historyCommits];
      for (const [index, output] of outputsLayout.read(new OctetReader(body), "outputs").entries()) {
        if (output.slot === slot) yield { term, sequence, index, output, payload };
      }
    }
  }

  clear(): void {
    this.#commits.clear();
  }
}
