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

export class ConnectionIdentifiers {
  /** Names that do not follow from their number. */
  readonly #names = new Map<number, string>();
  #nextOwn = firstOwnNumber;

  /** The number of a connection that the gateway named; `unknownConnection` when there is no room for another name. */
  number(name: string): number {
    const digits = name.replace(/^0+/, "");
    if (digits.length > 0 && digits.length <= 8) {
      const number = Number.parseInt(digits, 16);
      if (written(number) === name) this.#names.delete(number);
      else if (!this.#keep(number, name)) return unknownConnection;
      return number;
    }
    for (let tries = 0; tries < namesMax; tries++) {
      const number = this.#nextOwn;
      this.#nextOwn = number === lastNumber ? firstOwnNumber : number + 1;
      if (!this.#names.has(number)) return this.#keep(number, name) ? number : unknownConnection;
    }
    return unknownConnection;
  }

  /** The name to use in a command, or undefined for `unknownConnection`. */
  name(number: number): string | undefined {
    if (number === unknownConnection) return undefined;
    return this.#names.get(number) ?? written(number);
  }

  /** The connection is gone. */
  forget(number: number): void {
    this.#names.delete(number);
  }

  /** All connections are gone. */
  forgetAll(): void {
    this.#names.clear();
  }

  get kept(): number {
    return this.#names.size;
  }

  #keep(number: number, name: string): boolean {
    if (this.#names.size >= namesMax && !this.#names.has(number)) return false;
    this.#names.set(number, name);
    return true;
  }
}

/** As most gateways write it. */
function written(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, "0");
}
