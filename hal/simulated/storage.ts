import { isStorageName, type Storage, type StorageFailureKind, type StorageOutcome } from "../storage.ts";

/**
 * Storage in memory. It outlives the simulated card that uses it: hand the same one to the card that is inserted next,
 * or a new one to a card with a blank disk.
 */
export class SimulatedStorage implements Storage {
  readonly #files = new Map<string, Uint8Array>();
  readonly #values = new Map<string, Uint8Array>();
  #capacityOctets: number;

  constructor(capacityOctets: number = Number.POSITIVE_INFINITY) {
    this.#capacityOctets = capacityOctets;
  }

  /** Makes the device larger or smaller; what is there stays. 0 fills it up, for all that it matters. */
  resize(capacityOctets: number): void {
    this.#capacityOctets = capacityOctets;
  }

  append(name: string, content: Uint8Array | string): StorageOutcome<void> {
    const before = this.#files.get(name) ?? new Uint8Array(0);
    const added = asOctets(content);
    const after = new Uint8Array(before.length + added.length);
    after.set(before);
    after.set(added, before.length);
    return this.#store(this.#files, name, after);
  }

  read(name: string, offset: number, octetsMax: number): StorageOutcome<Uint8Array> {
    const file = this.#files.get(name);
    if (file === undefined) return this.#absent(name);
    return { ok: true, value: file.slice(offset, offset + octetsMax) };
  }

  truncate(name: string, octets: number): StorageOutcome<void> {
    const file = this.#files.get(name);
    if (file === undefined) return this.#absent(name);
    this.#files.set(name, file.slice(0, octets));
    return { ok: true, value: undefined };
  }

  put(key: string, value: Uint8Array | string): StorageOutcome<void> {
    return this.#store(this.#values, key, asOctets(value).slice());
  }

  get(key: string): StorageOutcome<Uint8Array> {
    const value = this.#values.get(key);
    return value === undefined ? this.#absent(key) : { ok: true, value: value.slice() };
  }

  #store(place: Map<string, Uint8Array>, name: string, content: Uint8Array): StorageOutcome<void> {
    if (!isStorageName(name)) return failure("bad-name", name);
    const growth = content.length - (place.get(name)?.length ?? 0);
    if (growth > 0 && this.#usedOctets() + growth > this.#capacityOctets) return failure("full", name);
    place.set(name, content);
    return { ok: true, value: undefined };
  }

  #absent(name: string): StorageOutcome<never> {
    return failure(isStorageName(name) ? "not-found" : "bad-name", name);
  }

  #usedOctets(): number {
    let octets = 0;
    for (const place of [this.#files, this.#values]) for (const content of place.values()) octets += content.length;
    return octets;
  }
}

function failure(kind: StorageFailureKind, name: string): StorageOutcome<never> {
  return { ok: false, error: { kind, name } };
}

function asOctets(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? utf8(content) : content;
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
