import type { Entropy } from "../entropy.ts";
import { isStorageName, type Storage, type StorageFailureKind, type StorageOutcome } from "../storage.ts";

/**
 * Files in memory. They outlive the simulated card that uses them: hand the same one to the card that is inserted
 * next, or a new one to a card with a blank disk.
 */
export class SimulatedStorage implements Storage {
  /** Files as they were appended, piece by piece. */
  readonly #files = new Map<string, Uint8Array[]>();
  #usedOctets = 0;
  #capacityOctets: number;

  constructor(capacityOctets: number = Number.POSITIVE_INFINITY) {
    this.#capacityOctets = capacityOctets;
  }

  /** Makes the device larger or smaller; what is there stays. 0 fills it up, for all that it matters. */
  resize(capacityOctets: number): void {
    this.#capacityOctets = capacityOctets;
  }

  /** The power fails: of what was appended to each file last, and not read yet, a part or nothing is there. */
  cutPower(chance: Entropy): void {
    for (const pieces of this.#files.values()) {
      const last = pieces.length > 1 ? pieces.pop() : undefined;
      if (last === undefined) continue;
      const left = last.slice(0, chance.integer(last.length + 1));
      this.#usedOctets -= last.length - left.length;
      pieces.push(left);
    }
  }

  append(name: string, content: Uint8Array | string): StorageOutcome<void> {
    if (!isStorageName(name)) return failure("bad-name", name);
    const added = typeof content === "string" ? utf8(content) : content.slice();
    if (added.length > 0 && this.#usedOctets + added.length > this.#capacityOctets) return failure("full", name);
    this.#usedOctets += added.length;
    const pieces = this.#files.get(name);
    if (pieces) pieces.push(added);
    else this.#files.set(name, [added]);
    return { ok: true, value: undefined };
  }

  read(name: string, offset: number, octetsMax: number): StorageOutcome<Uint8Array> {
    const file = this.#whole(name);
    if (file === undefined) return this.#absent(name);
    return { ok: true, value: file.slice(offset, offset + octetsMax) };
  }

  truncate(name: string, octets: number): StorageOutcome<void> {
    const file = this.#whole(name);
    if (file === undefined) return this.#absent(name);
    const left = file.slice(0, octets);
    this.#usedOctets -= file.length - left.length;
    this.#files.set(name, [left]);
    return { ok: true, value: undefined };
  }

  /** The file in one piece, which it is from then on. */
  #whole(name: string): Uint8Array | undefined {
    const pieces = this.#files.get(name);
    if (pieces === undefined || pieces.length === 1) return pieces?.[0];
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const piece of pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    this.#files.set(name, [whole]);
    return whole;
  }

  #absent(name: string): StorageOutcome<never> {
    return failure(isStorageName(name) ? "not-found" : "bad-name", name);
  }
}

function failure(kind: StorageFailureKind, name: string): StorageOutcome<never> {
  return { ok: false, error: { kind, name } };
}

/** The text as UTF-8; half a surrogate pair becomes U+FFFD. */
function utf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) octets.push(code);
    else if (code < 0x800) octets.push(0xc0 | (code >> 6), trailing(code));
    else if (code < 0x10000) octets.push(0xe0 | (code >> 12), trailing(code >> 6), trailing(code));
    else octets.push(0xf0 | (code >> 18), trailing(code >> 12), trailing(code >> 6), trailing(code));
  }
  return Uint8Array.from(octets);
}

function trailing(code: number): number {
  return 0x80 | (code & 0x3f);
}
