/**
 * Gateways name connections with up to 32 hexadecimal digits (RFC 3435 3.2.2.5); inputs and instructions carry 32 bits.
 *
 * A name of at most eight digits *is* its number, so that any transporter can say it again; one that it would not say in
 * the same letters (fewer digits, small letters) is kept besides. A longer name gets a number that only this card knows.
 */

/** What stands for a connection whose name is not known. */
export const unknownConnection = 0;

const firstOwnNumber = 0xf000_0000;
const lastNumber = 0xffff_ffff;
/** Names kept; above that a connection without a number of its own goes by its call identifier. */
const namesMax = 65_536;

/** What a gateway calls a connection of a call. */
interface KeptName {
  readonly name: string;
  readonly callId: string;
}

export class ConnectionIdentifiers {
  /** Names that do not follow from their number. */
  readonly #names = new Map<number, KeptName>();
  /** Their numbers, by call. */
  readonly #numbers = new Map<string, readonly number[]>();
  #nextOwn = firstOwnNumber;

  /** The number of a call's connection that the gateway named; `unknownConnection` when there is no room for another name. */
  number(name: string, callId: string): number {
    const digits = name.replace(/^0+/, "");
    if (digits.length > 0 && digits.length <= 8) {
      const number = Number.parseInt(digits, 16);
      if (written(number) === name) this.#names.delete(number);
      else if (!this.#keep(number, { name, callId })) return unknownConnection;
      return number;
    }
    for (let tries = 0; tries < namesMax; tries++) {
      const number = this.#nextOwn;
      this.#nextOwn = number === lastNumber ? firstOwnNumber : number + 1;
      if (!this.#names.has(number)) return this.#keep(number, { name, callId }) ? number : unknownConnection;
    }
    return unknownConnection;
  }

  /** The name to use in a command, or undefined for `unknownConnection`. */
  name(number: number): string | undefined {
    if (number === unknownConnection) return undefined;
    return this.#names.get(number)?.name ?? written(number);
  }

  /** The call's connections are gone. */
  forget(callId: string): void {
    for (const number of this.#numbers.get(callId) ?? []) {
      if (this.#names.get(number)?.callId === callId) this.#names.delete(number);
    }
    this.#numbers.delete(callId);
  }

  /** All connections are gone. */
  forgetAll(): void {
    this.#names.clear();
    this.#numbers.clear();
  }

  get kept(): number {
    return this.#names.size;
  }

  #keep(number: number, kept: KeptName): boolean {
    if (this.#names.size >= namesMax && !this.#names.has(number)) return false;
    this.#names.set(number, kept);
    this.#numbers.set(kept.callId, [...(this.#numbers.get(kept.callId) ?? []), number]);
    return true;
  }
}

/** As most gateways write it. */
function written(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, "0");
}
