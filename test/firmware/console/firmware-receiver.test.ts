/** Lines of firmware: what is taken, what is asked for again, and that nothing that comes over a line does harm. */
import { crc32 as crcOfZlib } from "node:zlib";
import { expect, it } from "vitest";
import { octetsOfBase64 } from "../../../firmware/console/base64.ts";
import { crc32 } from "../../../firmware/console/crc32.ts";
import {
  FirmwareReceiver,
  firmwareOctetsMax,
  type ReceptionStep,
} from "../../../firmware/console/firmware-receiver.ts";
import { octetsOfText } from "../../../firmware/console/utf8.ts";
import { firmwareLine, firmwareOctets } from "./firmware-sender.ts";

/** One that has `held` of `size` octets. */
function receiver(size: number, held = 0): FirmwareReceiver {
  const begun = new FirmwareReceiver(size);
  begun.received(held, 0);
  return begun;
}

function taken(to: FirmwareReceiver, text: string | Uint8Array): readonly ReceptionStep[] {
  const steps: ReceptionStep[] = [];
  for (const octet of typeof text === "string" ? octetsOfText(text) : text) {
    const step = to.take(octet, 0);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

const again = (held: number) => [{ kind: "tell", text: `again ${held}` }];

it("CRC-32: the check value of the catalogue, nothing, and what zlib says", () => {
  expect(crc32(octetsOfText("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
  for (let length = 1; length < 300; length += 7) {
    expect(crc32(firmwareOctets(length)), `${length} octets`).toBe(crcOfZlib(firmwareOctets(length)));
  }
});

it("base64: RFC 4648 section 10, every octet at every place of a group, and what is none", () => {
  const vectors = {
    "": "",
    "Zg==": "f",
    "Zm8=": "fo",
    Zm9v: "foo",
    "Zm9vYg==": "foob",
    "Zm9vYmE=": "fooba",
    Zm9vYmFy: "foobar",
  };
  for (const [encoded, text] of Object.entries(vectors)) expect(octetsOfBase64(encoded)).toEqual(octetsOfText(text));
  for (let length = 0; length < 3; length++) {
    const octets = Uint8Array.from({ length: 256 + length }, (_, place) => place + length);
    expect(octetsOfBase64(Buffer.from(octets).toString("base64"))).toEqual(octets);
  }
  for (const text of [
    "Z",
    "Zg",
    "Zg=",
    "Zg===",
    "====",
    "=Zg=",
    "Zg==Zg==",
    "Zm9-",
    "Zm9_",
    "Zm 9",
    "Zm9v\n",
    "Zm9é",
  ]) {
    expect(octetsOfBase64(text), text).toBeUndefined();
  }
});

it("a line is taken whatever ends it, and its octets are those that follow", () => {
  const octets = firmwareOctets(9000);
  for (const end of ["\r", "\n", "\r\n", "\n\r"]) {
    const to = receiver(octets.length);
    for (let held = 0; held < octets.length; ) {
      const steps = taken(to, `\r\n${firmwareLine(octets, held)}${end}`);
      const part = octets.slice(held, held + firmwareOctetsMax);
      expect(steps).toEqual([{ kind: "append", octets: part }]);
      held += part.length;
      const isLast = held === octets.length;
      expect(to.received(held, 0)).toEqual(
        isLast ? { kind: "over", text: "at 9000\nreceived" } : { kind: "tell", text: `at ${held}` },
      );
    }
  }
});

it("any octet of a line lost, doubled or changed: nothing wrong is taken, and the line after it is", () => {
  const octets = firmwareOctets(40);
  const line = octetsOfText(`${firmwareLine(octets, 0)}\r`);
  const wrongs = [...line.keys()].flatMap((place) => {
    const [before, after] = [line.subarray(0, place), line.subarray(place + 1)];
    const changed = [0x01, 0x20, 0x80].map((bit) => [...before, line[place] ^ bit, ...after]);
    return [[...before, ...after], [...before, line[place], line[place], ...after], ...changed];
  });
  for (const wrong of wrongs) {
    const to = receiver(octets.length);
    const steps = taken(to, Uint8Array.from(wrong));
    const [step] = steps;
    // Whoever hears nothing, since the line's end was lost, sends it once more. An empty line does no harm.
    if (step?.kind === "append") expect(step.octets, String(wrong)).toEqual(octets);
    else {
      if (step === undefined) expect(taken(to, line), String(wrong)).toEqual(again(0));
      else expect(steps, String(wrong)).toEqual(again(0));
      expect(taken(to, line), String(wrong)).toEqual([{ kind: "append", octets }]);
    }
  }
});

it.each([
  ["a wrong CRC", "0 00000000 Zm9v"],
  ["a CRC in capitals", "0 8C736521 Zm9v"],
  ["another offset", "3 8c736521 Zm9v"],
  ["an offset below zero", "-0 8c736521 Zm9v"],
  ["an offset that is no number", "0x0 8c736521 Zm9v"],
  ["an offset of nine digits", "000000000 8c736521 Zm9v"],
  ["no octets", "0 00000000 "],
  ["octets without their offset", "8c736521 Zm9v"],
  ["two spaces", "0  8c736521 Zm9v"],
  ["something behind it", "0 8c736521 Zm9v x"],
  ["base64 without its padding", "0 76d32be0 Zg"],
  ["more than the bundle has", firmwareLine(firmwareOctets(10), 0)],
  ["a command", "show cards"],
  ["control characters", "\0\x04\x1b[A\x7f"],
])("%s: the line is asked for again", (_, line) => {
  expect(taken(receiver(9), `${line}\r`)).toEqual(again(0));
  expect(taken(receiver(9), "0 8c736521 Zm9v\r")).toHaveLength(1);
});

it("more than 3072 octets in a line are not taken, though a short offset leaves room for them", () => {
  const octets = firmwareOctets(9000);
  expect(taken(receiver(9000), `${firmwareLine(octets, 0, firmwareOctetsMax + 3)}\r`)).toEqual(again(0));
  expect(taken(receiver(9000), `${firmwareLine(octets, 0)}\r`)[0].kind).toBe("append");
});

it("the longest line there can be is taken; with one octet more it is asked for again", () => {
  const [size, held] = [64 * 1024 * 1024, 12_345_678];
  const octets = firmwareOctets(firmwareOctetsMax);
  const line = firmwareLine(octets, 0).replace(/^0/, String(held));
  expect(taken(receiver(size, held), `${line}x\r`)).toEqual(again(held));
  expect(taken(receiver(size, held), `${line}\r`)).toEqual([{ kind: "append", octets }]);
});

it("a line without end takes no room, and when it ends after all it is asked for again, once", () => {
  const to = receiver(3, 1);
  expect(taken(to, "x".repeat(100_000))).toEqual([]);
  expect(taken(to, "0 8c736521 Zm9v")).toEqual([]);
  expect(taken(to, "\r\n")).toEqual(again(1));
  expect(taken(to, firmwareLine(firmwareOctets(3), 1))).toEqual([]);
  expect(taken(to, "\r")).toEqual([{ kind: "append", octets: firmwareOctets(3).slice(1) }]);
});

it("what comes while the card is at work is dropped, the rest of a line that was cut by it is not readable", () => {
  const octets = firmwareOctets(6);
  const to = receiver(6);
  const next = `${firmwareLine(octets, 3, 3)}\r`;
  expect(taken(to, `${firmwareLine(octets, 0, 3)}\r\n${next}${next.slice(0, 5)}`)).toHaveLength(1);
  expect(to.received(3, 0)).toEqual({ kind: "tell", text: "at 3" });
  expect(taken(to, next.slice(5))).toEqual(again(3));
  expect(taken(to, next)).toEqual([{ kind: "append", octets: octets.slice(3) }]);
});

it("garbage of every octet, from many seeds: nothing is taken, and the line after it is", () => {
  const octets = firmwareOctets(3);
  for (let seed = 1; seed <= 50; seed++) {
    const to = receiver(3);
    const steps = taken(to, firmwareOctets(5000, seed));
    expect(new Set(steps.map(({ kind }) => kind)), `seed ${seed}`).toEqual(new Set(["tell"]));
    taken(to, "\r");
    expect(taken(to, `${firmwareLine(octets, 0)}\r`), `seed ${seed}`).toEqual([{ kind: "append", octets }]);
  }
});
