/**
 * What a commit consumed, as a backup reads it. Of most messages it needs to know no more than their circuit: their octets are copied
 * when somebody looks at them, which is when the tables keep them.
 */
import { type Input, input as inputLayout, isupTags } from "../interchange/input.ts";
import { decode } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";

type Isup = Extract<Input, { readonly kind: "isup" }>;

const nothing = new Uint8Array(0);

class ConsumedMessage implements Isup {
  readonly kind = "isup";
  readonly circuit: number;
  readonly identifier: number | undefined;
  readonly #payload: Uint8Array;
  readonly #start: number;
  #message: Uint8Array = nothing;

  constructor(payload: Uint8Array, start: number, circuit: number, identifier: number | undefined) {
    this.circuit = circuit;
    this.identifier = identifier;
    this.#payload = payload;
    this.#start = start;
  }

  get message(): Uint8Array {
    if (this.#message === nothing) {
      const octets = new Uint8Array(this.#payload.length - this.#start);
      for (let index = 0; index < octets.length; index++) octets[index] = this.#payload[this.#start + index];
      this.#message = octets;
    }
    return this.#message;
  }
}

/** Undefined when it cannot be read, or there was none. @param payload is not changed any more */
export function consumedInput(payload: Uint8Array): Input | undefined {
  const tag = payload[0];
  if (tag === isupTags.isup || tag === isupTags.broadcast) return messageIn(payload, tag === isupTags.broadcast);
  const decoded = decode(inputLayout, payload);
  return decoded.ok ? decoded.value : undefined;
}

function messageIn(payload: Uint8Array, isBroadcast: boolean): Input | undefined {
  const reader = new OctetReader(payload, 1);
  const identifier = isBroadcast ? reader.unsigned(2, "identifier") : undefined;
  const circuit = reader.varint("circuit");
  return reader.error === undefined ? new ConsumedMessage(payload, reader.offset, circuit, identifier) : undefined;
}
