import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, messageTypeOf, readParameter } from "../../../firmware/isup/codec.ts";
import type { Message } from "../../../firmware/isup/dialect.ts";
import type { ParameterName } from "../../../firmware/isup/parameters.ts";

/** Written part by part, in hexadecimal, as a message is made of parts. */
function octets(...parts: readonly string[]): Uint8Array {
  const text = parts.join("").replaceAll(" ", "");
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}

function decoded(message: Uint8Array): Message {
  const result = decodeMessage(message);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function failure(message: Uint8Array): unknown {
  const result = decodeMessage(message);
  return result.ok ? "no error" : result.error;
}

const initialAddress = octets(
  "01", // message type
  "05", // nature of connection: one satellite circuit, continuity check required on this circuit
  "6101", // forward call: international, ISUP all the way, ISUP not required, ISDN access
  "0a", // ordinary calling subscriber
  "03", // 3.1 kHz audio
  "02", // pointer to the called party number
  "0a", // pointer to the optional part
  "08", // length: called party number
  "84 90", // odd, international; internal network number not allowed, ISDN plan
  "14 44 21 43 65 07", // 41441234567 and filler
  "0a 06", // calling party number
  "03 17", // even, national; complete, ISDN plan, presentation restricted, screening network provided
  "03 21 43 65", // 30123456
  "e1 02 c0de", // of a later edition
  "31 02 001e", // propagation delay counter: 30 ms
  "00", // end of optional parameters
);
const initialAddressMessage = {
  type: "IAM",
  code: 1,
  parameters: {
    natureOfConnectionIndicators: {
      satelliteCircuits: "one",
      continuityCheck: "required",
      outgoingEchoControlDevice: false,
    },
    forwardCallIndicators: {
      internationalCall: true,
      endToEndMethod: "none",
      interworking: false,
      endToEndInformation: false,
      isdnUserPartAllTheWay: true,
      isdnUserPartPreference: "not-required",
      isdnAccess: true,
      sccpMethod: "none",
      portedNumberTranslated: false,
      queryOnReleaseAttempt: false,
    },
    callingPartyCategory: { category: "ordinary" },
    transmissionMediumRequirement: { medium: "3.1-khz-audio" },
    calledPartyNumber: {
      natureOfAddress: "international",
      internalNetworkNumberNotAllowed: true,
      numberingPlan: "isdn",
      digits: "41441234567",
    },
    callingPartyNumber: {
      natureOfAddress: "national",
      numberIncomplete: false,
      numberingPlan: "isdn",
      presentation: "restricted",
      screening: "network-provided",
      digits: "30123456",
    },
    propagationDelayCounter: { propagationDelayMillis: 30 },
  },
  unknown: [{ code: 0xe1, octets: Uint8Array.of(0xc0, 0xde), place: 1, reason: "unknown" }],
};

describe("octets and messages, both ways", () => {
  const vectors: readonly (readonly [string, Uint8Array, unknown])[] = [
    ["IAM (Q.763 table 32)", initialAddress, initialAddressMessage],
    [
      "ACM (Q.763 table 21)",
      octets("06", "16 14", "01", "29 01 01", "2c 01 fb", "2c 01 e0", "00"),
      {
        type: "ACM",
        code: 6,
        parameters: {
          backwardCallIndicators: {
            charge: "charge",
            calledPartyStatus: "subscriber-free",
            calledPartyCategory: "ordinary-subscriber",
            endToEndMethod: "none",
            interworking: false,
            endToEndInformation: false,
            isdnUserPartAllTheWay: true,
            holding: false,
            isdnAccess: true,
            incomingEchoControlDevice: false,
            sccpMethod: "none",
          },
          optionalBackwardCallIndicators: {
            inBandInformation: true,
            callDiversionMayOccur: false,
            simpleSegmentation: false,
            mlppUser: false,
          },
          genericNotificationIndicator: [{ notification: "call-is-diverting" }, { notification: "call-waiting" }],
        },
        unknown: [],
      },
    ],
    [
      "REL (Q.763 table 33) without an optional part",
      octets("0c", "02 00", "02", "83 90"),
      {
        type: "REL",
        code: 0x0c,
        parameters: { causeIndicators: { codingStandard: "itu-t", location: "transit-network", cause: 16 } },
        unknown: [],
      },
    ],
    [
      "REL with recommendation, diagnostics and congestion level",
      octets("0c", "02 07", "05", "03 84 e3 e1 c0", "27 01 02", "00"),
      {
        type: "REL",
        code: 0x0c,
        parameters: {
          causeIndicators: {
            codingStandard: "itu-t",
            location: "transit-network",
            recommendation: 4,
            cause: 99,
            diagnostics: Uint8Array.of(0xe1, 0xc0),
          },
          automaticCongestionLevel: { level: 2 },
        },
        unknown: [],
      },
    ],
    ["ANM (Q.763 table 22), nothing in it", octets("09 00"), { type: "ANM", code: 9, parameters: {}, unknown: [] }],
    ["BLO (Q.763 table 39)", octets("13"), { type: "BLO", code: 0x13, parameters: {}, unknown: [] }],
    [
      "SAM (Q.763 table 35), ended by ST",
      octets("02", "02 00", "03", "80", "98 0f"),
      { type: "SAM", code: 2, parameters: { subsequentNumber: { digits: "89f" } }, unknown: [] },
    ],
    [
      "CGB (Q.763 table 40), which has no optional part and no pointer to one",
      octets("18", "00", "01", "02", "07 a5"),
      {
        type: "CGB",
        code: 0x18,
        parameters: {
          circuitGroupSupervisionMessageType: { type: "maintenance" },
          rangeAndStatus: { range: 7, status: Uint8Array.of(0xa5) },
        },
        unknown: [],
      },
    ],
    [
      "CQR (Q.763 table 24), with two pointers",
      octets("2b", "02 03", "01 01", "02 0d 03"),
      {
        type: "CQR",
        code: 0x2b,
        parameters: {
          rangeAndStatus: { range: 1 },
          circuitStateIndicator: {
            circuits: [
              { maintenanceBlocking: "local", callProcessing: "idle", hardwareBlocking: "not-blocked" },
              { maintenanceBlocking: "both-or-unequipped", callProcessing: 0, hardwareBlocking: "not-blocked" },
            ],
          },
        },
        unknown: [],
      },
    ],
    [
      "UPT with parameter compatibility information (Q.763 3.41) of three parameters, extended twice",
      octets("34", "01", "39 09", "e1 80", "e2 52 81", "e3 16 01 aa", "00"),
      {
        type: "UPT",
        code: 0x34,
        parameters: {
          parameterCompatibilityInformation: {
            instructions: [
              instruction(0xe1),
              {
                ...instruction(0xe2),
                releaseCall: true,
                discardParameter: true,
                passOnNotPossible: "discard-parameter",
                broadbandInterworking: "discard-message",
              },
              {
                ...instruction(0xe3),
                releaseCall: true,
                sendNotification: true,
                discardParameter: true,
                broadbandInterworking: "discard-message",
                furtherInstructions: Uint8Array.of(0xaa),
              },
            ],
          },
        },
        unknown: [],
      },
    ],
  ];

  test.each(vectors)("%s", (_, message, expected) => {
    expect(decoded(message)).toEqual(expected);
    expect(encodeMessage(decoded(message))).toEqual(message);
    expect(encodeMessage(expected as Message)).toEqual(message);
  });

  function instruction(parameterCode: number) {
    return {
      parameterCode,
      endNodeInterpretation: false,
      releaseCall: false,
      sendNotification: false,
      discardMessage: false,
      discardParameter: false,
      passOnNotPossible: "release-call",
    };
  }
});

describe("what this codec does not understand goes through unaltered", () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["spare and national bits of a mandatory parameter", octets("06", "16 14", "01", "29 01 f1", "00")],
    ["octets that a later edition added to a parameter", octets("0c", "02 04", "02 83 90", "27 03 01 aa 00", "00")],
    ["a filler that is not zero", octets("02", "02 00", "03", "80", "98 1f")],
    ["an extension bit that is 0 where the last octet was expected", octets("0c", "02 00", "04", "83 10 aa bb")],
    ["values without a name", octets("2c", "7f", "00")],
    [
      "unknown parameters first, between and last",
      octets("09", "01", "e1 00", "2e 01 01", "e2 01 aa", "21 03 03 13 21", "e3 01 bb", "00"),
    ],
    ["a parameter of another message", octets("10", "01", "3d 01 1f", "00")],
    ["a parameter that is there twice", octets("10", "01", "12 02 83 90", "12 02 83 91", "00")],
    ["a parameter shorter than its format allows", octets("10", "01", "12 01 83", "00")],
    ["an odd number of no digits", octets("09", "01", "21 02 83 13", "00")],
  ];
  test.each(cases)("%s", (_, message) => {
    expect(encodeMessage(decoded(message))).toEqual(message);
  });

  test("why a parameter was not read is said beside it", () => {
    const message = octets("10", "01", "12 02 83 90", "e1 00", "3d 01 1f", "12 02 83 91", "00");
    expect(decoded(message).unknown.map(({ code, place, reason }) => [code, place, reason])).toEqual([
      [0xe1, 1, "unknown"],
      [0x3d, 2, "unexpected"],
      [0x12, 3, "repeated"],
    ]);
    const malformed = octets("10", "01", "12 01 83", "00");
    expect(decoded(malformed).unknown).toMatchObject([{ code: 0x12, reason: "malformed" }]);
  });

  test("changing one field leaves spare bits as they came", () => {
    const message = decoded(octets("06", "16 14", "01", "29 01 f1", "00"));
    if (message.type !== "ACM") throw new Error(message.type);
    const { optionalBackwardCallIndicators: indicators } = message.parameters;
    if (indicators === undefined) throw new Error("not there");
    const changed = { ...indicators, inBandInformation: false, mlppUser: true };
    const parameters = { ...message.parameters, optionalBackwardCallIndicators: changed };
    expect(encodeMessage({ ...message, parameters })).toEqual(octets("06", "16 14", "01", "29 01 f8", "00"));
  });
});

describe("message format errors (Q.763 1.5, Q.764 2.9.5.1)", () => {
  const cases: readonly (readonly [string, Uint8Array, unknown])[] = [
    ["nothing", octets(), { kind: "truncated", offset: 0 }],
    ["a type without a row", octets("ff"), { kind: "unknown-type", offset: 0 }],
    ["fixed part cut", octets("06 16"), { kind: "truncated", offset: 2, parameter: "backwardCallIndicators" }],
    ["no pointer to the optional part", octets("0c 02"), { kind: "truncated", offset: 2 }],
    [
      "zero pointer to a mandatory parameter",
      octets("0c 00 00"),
      { kind: "missing", offset: 1, parameter: "causeIndicators" },
    ],
    [
      "pointer past the end",
      octets("0c 05 00 02 83 90"),
      { kind: "bad-pointer", offset: 1, parameter: "causeIndicators" },
    ],
    [
      "pointer to a pointer",
      octets("0c 01 00 02 83 90"),
      { kind: "bad-pointer", offset: 1, parameter: "causeIndicators" },
    ],
    [
      "length past the end",
      octets("0c 02 00 03 83 90"),
      { kind: "truncated", offset: 3, parameter: "causeIndicators" },
    ],
    [
      "mandatory parameter too short",
      octets("0c 02 00 01 83"),
      { kind: "bad-length", offset: 4, parameter: "causeIndicators" },
    ],
    ["optional part inside the variable part", octets("0c 02 02 02 83 90 00"), { kind: "bad-pointer", offset: 2 }],
    ["optional part past the end", octets("0c 02 04 02 83 90"), { kind: "bad-pointer", offset: 2 }],
    [
      "second parameter inside the first",
      octets("2b 02 02 02 01 01 00"),
      { kind: "bad-pointer", offset: 2, parameter: "circuitStateIndicator" },
    ],
    [
      "optional parameter past the end",
      octets("10 01 12 03 83 90"),
      { kind: "truncated", offset: 3, parameter: "causeIndicators" },
    ],
    ["no end of optional parameters", octets("10 01 12 02 83 90"), { kind: "truncated", offset: 6 }],
    ["optional part cut after a name", octets("10 01 12"), { kind: "truncated", offset: 3 }],
  ];
  test.each(cases)("%s", (_, message, error) => {
    expect(failure(message)).toEqual(error);
  });

  test("a gap before the optional part and octets after the end are no error", () => {
    expect(decoded(octets("0c", "02 05", "02 83 90", "aa", "27 01 02", "00", "bb")).parameters).toMatchObject({
      causeIndicators: { cause: 16 },
      automaticCongestionLevel: { level: 2 },
    });
  });
});

describe("reading little", () => {
  test("the type of a message", () => {
    expect(messageTypeOf(initialAddress)).toBe("IAM");
    expect(messageTypeOf(octets("28"))).toBeUndefined();
    expect(messageTypeOf(octets())).toBeUndefined();
  });

  test("one parameter: of each part, repeated, absent", () => {
    const read = (name: ParameterName, message = initialAddress) => readParameter(message, name);
    expect(read("transmissionMediumRequirement")).toEqual({ ok: true, value: { medium: "3.1-khz-audio" } });
    expect(read("calledPartyNumber")).toMatchObject({ ok: true, value: { digits: "41441234567" } });
    expect(read("propagationDelayCounter")).toMatchObject({ ok: true, value: { propagationDelayMillis: 30 } });
    expect(read("hopCounter")).toEqual({ ok: true, value: undefined });
    expect(read("genericNotificationIndicator", octets("06", "16 14", "01", "2c 01 fb", "2c 01 e0", "00"))).toEqual({
      ok: true,
      value: [{ notification: "call-is-diverting" }, { notification: "call-waiting" }],
    });
  });

  test("no more of the message is looked at than must be", () => {
    const cut = initialAddress.subarray(0, 20);
    expect(decodeMessage(cut).ok).toBe(false);
    expect(readParameter(cut, "calledPartyNumber")).toMatchObject({ ok: true, value: { digits: "41441234567" } });
    expect(readParameter(cut, "propagationDelayCounter").ok).toBe(false);
  });
});

describe("our own mistakes are assertions", () => {
  const release = decoded(octets("0c", "02 00", "02", "83 90"));
  const cases: readonly (readonly [string, unknown])[] = [
    ["a mandatory parameter is missing", { ...release, parameters: {} }],
    [
      "a parameter does not belong to the message",
      { ...release, parameters: { ...release.parameters, hopCounter: { hopsLeft: 1 } } },
    ],
    ["a value does not fit", { ...release, parameters: { causeIndicators: { cause: 128 } } }],
    ["a name is not in the table", { ...release, parameters: { causeIndicators: { cause: 16, location: "moon" } } }],
    ["digits are no digits", { type: "SAM", parameters: { subsequentNumber: { digits: "12x" } }, unknown: [] }],
    ["a parameter is too long", { ...release, unknown: [{ code: 200, octets: new Uint8Array(256) }] }],
  ];
  test.each(cases)("%s", (_, message) => {
    expect(() => encodeMessage(message as Message)).toThrow();
  });
});
