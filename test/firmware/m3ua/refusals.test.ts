import { describe, expect, test } from "vitest";
import { Association } from "../../../firmware/m3ua/association.ts";
import type { AssociationOptions } from "../../../firmware/m3ua/association-contract.ts";
import { decode, encode } from "../../../firmware/m3ua/codec.ts";
import { type ErrorCodeName, errorCodes } from "../../../firmware/m3ua/error-codes.ts";
import type { Message } from "../../../firmware/m3ua/messages.ts";
import { describeMessage, unit } from "./association-pair.ts";
import { samples } from "./samples.ts";

const sgp: AssociationOptions = {
  role: "sgp",
  routingContext: 100,
  networkAppearance: 7,
  trafficMode: "loadshare",
  aspIdentifiersAllowed: [1, 2],
};
const aspUp = { name: "ASPUP", aspIdentifier: 1 } as const;
const aspActive = { name: "ASPAC", routingContext: [100] } as const;

/** The messages that an association answers with, after those that brought it where it is. */
function answers(options: AssociationOptions, before: readonly Message[], octets: Uint8Array): Message[] {
  const association = new Association(options);
  association.step({ kind: "connected" }, 0);
  for (const message of before) association.step({ kind: "octets", octets: encode(message) }, 0);
  return association.step({ kind: "octets", octets }, 0).flatMap((action) => {
    const decoded = action.kind === "send" ? decode(action.octets) : undefined;
    return decoded?.ok ? [decoded.value] : [];
  });
}

const up = [aspUp];
const active = [aspUp, aspActive];
const affectedPointCode = [{ mask: 0, pointCode: 4237 }];

describe("what is refused, and with which ERR (RFC 4666 3.8.1)", () => {
  const refusals: readonly (readonly [string, readonly Message[], Message, ErrorCodeName, object])[] = [
    ["ASPAC before ASPUP", [], aspActive, "unexpected-message", { routingContext: [100] }],
    ["ASPIA before ASPUP", [], { name: "ASPIA" }, "unexpected-message", {}],
    ["ASPUP without an identifier", [], { name: "ASPUP" }, "asp-identifier-required", {}],
    ["ASPUP with a foreign identifier", [], { name: "ASPUP", aspIdentifier: 9 }, "invalid-asp-identifier", {}],
    ["an acknowledgement nobody waits for", [], { name: "ASPUP-ACK" }, "unexpected-message", {}],
    [
      "ASPAC for a foreign AS",
      up,
      { name: "ASPAC", routingContext: [5, 6] },
      "invalid-routing-context",
      { routingContext: [5, 6] },
    ],
    ["ASPAC in another traffic mode", up, { ...aspActive, trafficModeType: 1 }, "unsupported-traffic-mode-type", {}],
    ["ASPAC in no traffic mode", up, { ...aspActive, trafficModeType: 4 }, "unsupported-traffic-mode-type", {}],
    [
      "DATA before ASPAC",
      up,
      { name: "DATA", routingContext: [100], protocolData: unit },
      "unexpected-message",
      { routingContext: [100] },
    ],
    [
      "DATA for a foreign AS",
      active,
      { name: "DATA", routingContext: [5], protocolData: unit },
      "invalid-routing-context",
      { routingContext: [5] },
    ],
    [
      "DATA of a foreign network",
      active,
      { name: "DATA", networkAppearance: 8, protocolData: unit },
      "invalid-network-appearance",
      { networkAppearance: 8 },
    ],
    ["DAUD before ASPAC", up, { name: "DAUD", affectedPointCode }, "unexpected-message", {}],
    ["DUNA from an ASP", active, { name: "DUNA", affectedPointCode }, "unexpected-message", {}],
    [
      "DAUD of the unknown",
      active,
      { name: "DAUD", affectedPointCode },
      "destination-status-unknown",
      { affectedPointCode, routingContext: [100], networkAppearance: 7 },
    ],
    ["NTFY from an ASP", active, { name: "NTFY", status: { type: 1, information: 3 } }, "unexpected-message", {}],
    ["DEREG REQ", active, { name: "DEREG-REQ", routingContext: [100] }, "unsupported-message-class", {}],
  ];
  test.each(refusals)("%s", (_, before, message, code, subject) => {
    const octets = encode(message);
    const [first, ...rest] = answers(sgp, before, octets);
    expect(first).toMatchObject({
      name: "ERR",
      errorCode: errorCodes[code],
      diagnosticInformation: octets.slice(0, 40),
      ...subject,
    });
    expect(rest).toEqual([]);
  });

  test.each([
    ["a version that is not 1", [2, 0, 3, 1, 0, 0, 0, 8], "invalid-version"],
    ["a version that is not 1, in DATA", [2, 0, 1, 1, 0, 0, 0, 8], "invalid-version"],
    ["a class that is not known", [1, 0, 7, 1, 0, 0, 0, 8], "unsupported-message-class"],
    ["a type that is not known", [1, 0, 2, 7, 0, 0, 0, 8], "unsupported-message-type"],
    ["DATA without protocol data", [1, 0, 1, 1, 0, 0, 0, 8], "missing-parameter"],
    ["a parameter that is cut", [1, 0, 3, 1, 0, 0, 0, 12, 0, 0x11, 0, 8], "parameter-field-error"],
  ])("%s", (_, octets, code) => {
    expect(answers(sgp, [], Uint8Array.from(octets)).map((each) => describeMessage(encode(each)))).toEqual([
      `ERR(${code})`,
    ]);
  });

  test("ERR is not answered, however wrong", () => {
    expect(answers(sgp, [], Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 8))).toEqual([]);
    expect(answers(sgp, [], Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 8))).toEqual([]);
    expect(answers(sgp, active, encode({ name: "ERR", errorCode: 99 }))).toEqual([]);
  });

  test("ASPAC for our AS and a foreign one: ours is acknowledged, the other refused (4.3.4.3)", () => {
    const sent = answers(sgp, up, encode({ name: "ASPAC", routingContext: [5, 100] }));
    expect(sent).toMatchObject([
      { name: "ERR", errorCode: errorCodes["invalid-routing-context"], routingContext: [5] },
      { name: "ASPAC-ACK", routingContext: [100] },
      { name: "NTFY" },
    ]);
  });

  test("streams: management belongs on 0, DATA on another (1.4.7)", () => {
    const association = new Association(sgp);
    association.step({ kind: "connected", streams: 2 }, 0);
    const send = (message: Message, stream: number) =>
      association
        .step({ kind: "message", octets: encode(message), stream }, 0)
        .flatMap((action) => (action.kind === "send" ? [describeMessage(action.octets)] : [action.kind]));
    expect(send(aspUp, 1)).toContain("ERR(invalid-stream-identifier)");
    expect(send(aspUp, 0)).toContain("ASPUP-ACK");
    expect(send(aspActive, 1)).toContain("ASPAC-ACK");
    expect(send({ name: "DATA", protocolData: unit }, 0)).toContain("ERR(invalid-stream-identifier)");
    expect(send({ name: "DATA", protocolData: unit }, 1)).toEqual(["received"]);
  });
});

describe("whatever comes, in whatever state, is answered or not, and never throws", () => {
  const roles: readonly AssociationOptions[] = [
    { role: "asp" },
    sgp,
    { role: "ipsp-client", routingContext: 100 },
    { role: "ipsp-server" },
    { role: "ipsp-server", exchange: "double" },
  ];
  test.each(roles)("$role", (options) => {
    const whole = samples.map(({ octets }) => Uint8Array.from(octets));
    const acknowledged = [aspUp, { name: "ASPUP-ACK" }, aspActive, { name: "ASPAC-ACK" }] as const;
    for (let reached = 0; reached <= acknowledged.length; reached++) {
      for (const octets of whole) {
        answers(options, acknowledged.slice(0, reached), octets);
        for (let offset = 0; offset < octets.length; offset++) {
          for (const value of [0, 1, 0x7f, 0xff]) {
            const corrupted = octets.slice();
            corrupted[offset] = value;
            answers(options, acknowledged.slice(0, reached), corrupted);
          }
        }
      }
    }
  });
});
