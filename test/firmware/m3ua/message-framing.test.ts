import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageFraming, messageOctetsMax } from "../../../firmware/m3ua/message-framing.ts";
import { samples } from "./samples.ts";

const whole = samples.map(({ octets }) => Uint8Array.from(octets));
const stream = Uint8Array.from(samples.flatMap(({ octets }) => octets));

function pushAll(framing: MessageFraming, pieces: readonly Uint8Array[]): Uint8Array[] {
  return pieces.flatMap((piece) => {
    const { messages, error } = framing.push(piece);
    expect(error).toBeUndefined();
    return messages.map((message) => message.slice());
  });
}

describe("a stream is cut by the length in the common header", () => {
  test("all at once", () => {
    expect(pushAll(new MessageFraming(), [stream])).toEqual(whole);
  });

  test("octet by octet", () => {
    expect(
      pushAll(
        new MessageFraming(),
        [...stream].map((octet) => Uint8Array.of(octet)),
      ),
    ).toEqual(whole);
  });

  test("cut at any two places", () => {
    fc.assert(
      fc.property(fc.nat(stream.length), fc.nat(stream.length), (one, other) => {
        const [first, second] = [Math.min(one, other), Math.max(one, other)];
        const pieces = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
        expect(pushAll(new MessageFraming(), pieces)).toEqual(whole);
      }),
    );
  });

  test("the longest message passes", () => {
    const longest = new Uint8Array(messageOctetsMax);
    longest.set([1, 0, 0, 1, 0, 1, 0, 0]);
    const framing = new MessageFraming();
    expect(framing.push(longest.subarray(0, 1000)).messages).toEqual([]);
    expect(framing.push(longest.subarray(1000)).messages).toEqual([longest]);
  });

  test.each([
    ["7", [0, 0, 0, 7]],
    ["0", [0, 0, 0, 0]],
    ["65,537", [0, 1, 0, 1]],
    ["4,294,967,295", [255, 255, 255, 255]],
  ])("a length of %s is an error after the messages before it, and stays one", (_, length) => {
    const bad = Uint8Array.from([1, 0, 3, 1, ...length, 0, 0, 0, 0]);
    const error = { kind: "bad-length", parameter: "messageLength" };
    for (const cut of [0, 3, 8, bad.length]) {
      const framing = new MessageFraming();
      const before = framing.push(Uint8Array.from([...whole[0], ...bad.subarray(0, cut)]));
      const after = framing.push(bad.subarray(cut));
      expect(before.messages).toEqual([whole[0]]);
      expect(after).toMatchObject({ messages: [], error });
      expect(framing.push(stream)).toMatchObject({ messages: [], error });
      framing.reset();
      expect(framing.push(stream)).toEqual({ messages: whole });
    }
  });
});
