/**
 * What a commit consumed, as a backup reads it. Of most messages it needs to know no more than their circuit: their octets are copied
 * when somebody looks at them, which is when the tables keep them.
 */
import { type Input, input as inputLayout, isupTags } from "../interchange/input.ts";
import { decode } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";

type Isup = Extract<Input, { readonly kind: "isup" }>;

class ConsumedMessage implements Isup {
  readonly kind = "isup";
  readonly circuit: number;
  readonly identifier: number | undefined;
  /** Stands where the message begins. */
  readonly #reader: OctetReader;
  #message: Uint8Array | undefined;

  constructor(circuit: number, identifier: number | undefined, reader: OctetReader) {
    this.circuit = circuit;
    this.identifier = identifier;
    this.#reader = reader;
  }

  get message(): Uint8Array {
    this.#message ??= this.#reader.octets(this.#reader.remaining, "message");
    return this.#message;
  }
}

/**
 * Undefined when it cannot be read, or there was none.
 *
 * @param payload of an input; it stays as it is while the input is looked at
 */
export function consumedInput(payload: Uint8Array): Input | undefined {
  switch (payload[0]) {
    case isupTags.isup:
      return messageIn(payload, false);
    case isupTags.broadcast:
      return messageIn(payload, true);
    default: {
      const decoded = decode(inputLayout, payload);
      return decoded.ok ? decoded.value : undefined;
    }
  }
}

function messageIn(payload: Uint8Array, isBroadcast: boolean): Isup | undefined {
  const reader = new OctetReader(payload, 1);
  const identifier = isBroadcast ? reader.unsigned(2, "identifier") : undefined;
  const circuit = reader.varint("circuit");
  return reader.error === undefined ? new ConsumedMessage(circuit, identifier, reader) : undefined;
}
