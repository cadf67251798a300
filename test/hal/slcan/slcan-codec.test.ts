import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CanFrame, canFdLengths } from "../../../hal/can-frame.ts";
import {
  encodeSlcanFrame,
  encodeSlcanState,
  nominalRateDigits,
  type SlcanMessage,
  SlcanReader,
} from "../../../hal/slcan/slcan-codec.ts";

const octetsOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function heard(text: string): { readonly messages: SlcanMessage[]; readonly malformed: number } {
  const reader = new SlcanReader();
  const messages: SlcanMessage[] = [];
  reader.read(octetsOf(text), (message) => messages.push(message));
  return { messages, malformed: reader.malformed };
}

const frames = fc
  .tuple(fc.nat(0x7ff), fc.boolean(), fc.nat(15), fc.uint8Array({ minLength: 64, maxLength: 64 }))
  .map(([id, fd, code, octets]): CanFrame => ({ id, fd, data: octets.slice(0, canFdLengths[fd ? code : code % 9]) }));

describe("frames", () => {
  test("lie in their lines as the adapters have them", () => {
    expect(encodeSlcanFrame({ id: 0x2a, fd: false, data: Uint8Array.of(1, 0xfe) })).toBe("t02A201FE\r");
    expect(encodeSlcanFrame({ id: 0x7ff, fd: true, data: new Uint8Array(12) })).toBe(`b7FF9${"00".repeat(12)}\r`);
  });

  test("come back, however the line is cut", () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (sent, piece) => {
        const octets = octetsOf(sent.map(encodeSlcanFrame).join(""));
        const reader = new SlcanReader();
        const received: SlcanMessage[] = [];
        for (let offset = 0; offset < octets.length; offset += piece) {
          reader.read(octets.subarray(offset, offset + piece), (message) => received.push(message));
        }
        expect(received).toEqual(sent.map((frame) => ({ kind: "frame", frame })));
      }),
    );
  });
});

test("what an adapter answers, and what its controller is", () => {
  expect(heard("\rz\rZ\r\x07sp128000\rsb000255\rsa000000\rsw096000\r").messages).toEqual([
    { kind: "accepted" },
    { kind: "accepted" },
    { kind: "accepted" },
    { kind: "refused" },
    { kind: "state", state: "passive", received: 128, sent: 0 },
    { kind: "state", state: "bus-off", received: 0, sent: 255 },
    { kind: "state", state: "active", received: 0, sent: 0 },
    { kind: "state", state: "active", received: 96, sent: 0 },
  ]);
  expect(heard(encodeSlcanState("passive", 128, 1024)).messages).toEqual([
    { kind: "state", state: "passive", received: 128, sent: 999 },
  ]);
});

test("what an adapter is told", () => {
  expect(heard(`S${nominalRateDigits.get(1_000_000)}\rY5\rO\rC\rV\r`).messages).toEqual([
    { kind: "nominal-rate", rate: 8 },
    { kind: "data-rate", rate: 5 },
    { kind: "open" },
    { kind: "close" },
    { kind: "other", line: "V" },
  ]);
});

test.each([
  ["an identifier of four digits", "t800100\r"],
  ["fewer octets than it says", "t1232AA\r"],
  ["more octets than it says", "t1231AABB\r"],
  ["a classic frame of twelve octets", `t1239${"00".repeat(12)}\r`],
  ["no digits", "t12G0\r"],
  ["a line without an end", `t1238${"00".repeat(400)}\r`],
  ["a state with letters", "sb00025x\r"],
])("%s is dropped and counted, and what follows is heard", (_, line) => {
  expect(heard(`${line}t1230\r`)).toEqual({
    messages: [{ kind: "frame", frame: { id: 0x123, fd: false, data: new Uint8Array(0) } }],
    malformed: 1,
  });
});

test("noise never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
      const reader = new SlcanReader();
      reader.read(octets, () => undefined);
      expect(reader.malformed).toBeGreaterThanOrEqual(0);
    }),
  );
});
