import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cicMax, decodeCic, encodeCic } from "../../../firmware/mtp3/circuit-identification-code.ts";
import { decodeMsu, encodeMsu, type MessageSignalUnit } from "../../../firmware/mtp3/message-signal-unit.ts";
import { ansiRoutingLabel, ituRoutingLabel } from "../../../firmware/mtp3/routing-label.ts";
import { decodeServiceInformation, encodeServiceInformation } from "../../../firmware/mtp3/service-information.ts";
import { serviceIndicator, userPart, userParts } from "../../../firmware/mtp3/user-parts.ts";

// Q.704 figure 3, least significant bit first: DPC 14 bits, OPC 14 bits, SLS 4 bits.
const release = {
  octets: [
    0x85, // national network, ISUP
    0x8d,
    0x50,
    0x42,
    0x70, // DPC 4237 (2-17-5), OPC 265, SLS 7: 0x7 << 28 | 265 << 14 | 4237
    0x2a,
    0x01, // CIC 298
    0x0c,
    0x02,
    0x00,
    0x02,
    0x80,
    0x90, // REL, cause 16
  ],
  unit: {
    serviceIndicator: 5,
    networkIndicator: 2,
    messagePriority: 0,
    dpc: 4237,
    opc: 265,
    sls: 7,
    userData: Uint8Array.of(0x2a, 0x01, 0x0c, 0x02, 0x00, 0x02, 0x80, 0x90),
  },
};
const ansi = {
  octets: [
    0xb5, // national network, priority 3, ISUP
    0x03,
    0x02,
    0x01, // DPC 1-2-3
    0xfc,
    0xfd,
    0xfe, // OPC 254-253-252
    0x1f, // SLS
    0x01,
    0x00,
    0x10,
  ],
  unit: {
    serviceIndicator: 5,
    networkIndicator: 2,
    messagePriority: 3,
    dpc: 0x010203,
    opc: 0xfefdfc,
    sls: 31,
    userData: Uint8Array.of(0x01, 0x00, 0x10),
  },
};

describe("message signal unit (Q.704 14)", () => {
  for (const [name, { octets, unit }, format] of [
    ["ITU", release, ituRoutingLabel],
    ["ANSI", ansi, ansiRoutingLabel],
  ] as const) {
    test(`${name}: both directions`, () => {
      expect(decodeMsu(Uint8Array.from(octets), format)).toEqual({ ok: true, value: unit });
      expect([...encodeMsu(unit, format)]).toEqual(octets);
    });

    test(`${name}: cut within the label is truncated, cut after it only shortens the user data`, () => {
      for (let length = 0; length < octets.length; length++) {
        const decoded = decodeMsu(Uint8Array.from(octets.slice(0, length)), format);
        expect(decoded.ok).toBe(length >= 1 + format.octets);
        if (!decoded.ok) expect(decoded.error).toMatchObject({ kind: "truncated", offset: length });
      }
    });
  }

  test("every unit comes back as it was", () => {
    const units = fc.record({
      serviceIndicator: fc.nat(15),
      networkIndicator: fc.nat(3),
      messagePriority: fc.nat(3),
      dpc: fc.nat(16_383),
      opc: fc.nat(16_383),
      sls: fc.nat(15),
      userData: fc.uint8Array({ maxLength: 272 }),
    });
    fc.assert(
      fc.property(units, (unit: MessageSignalUnit) => {
        expect(decodeMsu(encodeMsu(unit))).toEqual({ ok: true, value: unit });
      }),
    );
  });
});

test("service information octet: every value comes back", () => {
  for (let octet = 0; octet < 256; octet++) {
    expect(encodeServiceInformation(decodeServiceInformation(octet))).toBe(octet);
  }
});

test("user parts go by their service indicator (Q.704 14.2.1)", () => {
  expect(userPart(5)).toMatchObject({ name: "ISUP" });
  expect(userPart(3)).toMatchObject({ name: "SCCP" });
  expect(userPart(11)).toBeUndefined();
  for (const part of userParts) expect(serviceIndicator(part.name)).toBe(part.serviceIndicator);
});

describe("circuit identification code (Q.763 1.2)", () => {
  test("the less significant octet comes first", () => {
    expect(decodeCic(Uint8Array.of(0x2a, 0x01))).toEqual({ ok: true, value: 298 });
    const octets = new Uint8Array(4);
    encodeCic(298, octets, 1);
    expect([...octets]).toEqual([0, 0x2a, 0x01, 0]);
  });

  test("the spare bits are ignored", () => {
    expect(decodeCic(Uint8Array.of(0xff, 0xff))).toEqual({ ok: true, value: cicMax });
  });

  test("one octet is not enough", () => {
    expect(decodeCic(Uint8Array.of(0x2a))).toMatchObject({ ok: false, error: { kind: "truncated" } });
  });
});
