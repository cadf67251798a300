/** An ISUP message as an output: said by reference to the consumed one where that is shorter. */
import type { Output } from "../interchange/output.ts";

/** Octets that a splice costs beside its middle: head, tail and the length of the middle. */
const spliceOctets = 3;

export function messageOutput(
  slot: number,
  circuit: number,
  message: Uint8Array,
  consumed: Uint8Array | undefined,
): Output {
  if (consumed !== undefined) {
    const shorter = Math.min(message.length, consumed.length);
    let head = 0;
    while (head < shorter && message[head] === consumed[head]) head++;
    if (head === message.length && head === consumed.length) return { kind: "copy", slot, circuit };
    let tail = 0;
    while (tail < shorter - head && message[message.length - 1 - tail] === consumed[consumed.length - 1 - tail]) tail++;
    if (head + tail > spliceOctets) {
      return { kind: "splice", slot, circuit, head, tail, middle: message.slice(head, message.length - tail) };
    }
  }
  return { kind: "message", slot, circuit, message };
}

/** The message that an output stands for; undefined when it stands for none, or refers to what was not consumed. */
export function outputMessage(output: Output, consumed: Uint8Array | undefined): Uint8Array | undefined {
  if (output.kind === "message") return output.message;
  if (output.kind === "copy") return consumed;
  if (output.kind !== "splice" || consumed === undefined || output.head + output.tail > consumed.length)
    return undefined;
  const { head, middle, tail } = output;
  const message = new Uint8Array(head + middle.length + tail);
  message.set(consumed.subarray(0, head));
  message.set(middle, head);
  message.set(consumed.subarray(consumed.length - tail), head + middle.length);
  return message;
}
