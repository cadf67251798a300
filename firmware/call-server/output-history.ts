/**
 * What the last commits had LIMs and transporters do. Both call servers keep it, from the same commits: when a card dies, what it
 * may not have done any more is moved to another.
 */
import { type Output, outputs as outputsLayout } from "../interchange/output.ts";
import { OctetReader } from "../layout/octet-reader.ts";

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

interface Entry {
  readonly term: number;
  readonly sequence: number;
  /** Outputs come first in it. They are read when somebody asks, which is rare. */
  readonly body: Uint8Array;
  readonly payload: Uint8Array;
}

export class OutputHistory {
  readonly #entries: (Entry | undefined)[] = new Array(historyCommits).fill(undefined);

  /** Octets that nobody changes any more. */
  add(term: number, sequence: number, body: Uint8Array, payload: Uint8Array): void {
    this.#entries[sequence % historyCommits] = { term, sequence, body, payload };
  }

  /** Outputs of a card, in order, in the commits above `after` up to `last`. */
  *of(slot: number, after: number, last: number): IterableIterator<PlacedOutput> {
    for (let sequence = Math.max(after, last - historyCommits) + 1; sequence <= last; sequence++) {
      const entry = this.#entries[sequence % historyCommits];
      if (entry?.sequence !== sequence || entry.body.length === 0) continue;
      const { term, payload } = entry;
      for (const [index, output] of outputsLayout.read(new OctetReader(entry.body), "outputs").entries()) {
        if (output.slot === slot) yield { term, sequence, index, output, payload };
      }
    }
  }

  clear(): void {
    this.#entries.fill(undefined);
  }
}
