// biome-ignore-all format: octets stand in the lines of the figures
import type { Message } from "../../../firmware/m3ua/messages.ts";

/** Octets as they are split in the figures of RFC 4666 3, one part a line, and the message they are. */
export interface Sample {
  readonly octets: readonly number[];
  readonly message: Message;
}

const affected = [
  0x00, 0x12, 0x00, 0x0c, // Affected Point Code, two of them
  0x00, 0x00, 0x10, 0x8d, // 2-17-5
  0x03, 0x00, 0x01, 0x08, // 0-33-x: the last three bits are masked
];
const affectedPointCode = [
  { mask: 0, pointCode: 4237 },
  { mask: 3, pointCode: 264 },
];
const context = [0x00, 0x06, 0x00, 0x08, 0x00, 0x00, 0x00, 0x64]; // Routing Context 100
const appearance = [0x02, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x07]; // Network Appearance 7
const info = [0x00, 0x04, 0x00, 0x06, 0x68, 0x69, 0x00, 0x00]; // INFO String "hi", padded
const infoString = Uint8Array.of(0x68, 0x69);
const scope = { networkAppearance: 7, routingContext: [100] };

export const samples: readonly Sample[] = [
  {
    octets: [
      0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x30, // ERR
      0x00, 0x0c, 0x00, 0x08, 0x00, 0x00, 0x00, 0x19, // Error Code: invalid routing context
      ...context,
      ...appearance,
      0x00, 0x12, 0x00, 0x08, 0x00, 0x00, 0x10, 0x8d, // Affected Point Code
      0x00, 0x07, 0x00, 0x07, 0x01, 0x00, 0x01, 0x00, // Diagnostic Information, padded
    ],
    message: {
      name: "ERR",
      errorCode: 0x19,
      ...scope,
      affectedPointCode: [{ mask: 0, pointCode: 4237 }],
      diagnosticInformation: Uint8Array.of(1, 0, 1),
    },
  },
  {
    octets: [
      0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x28, // NTFY
      0x00, 0x0d, 0x00, 0x08, 0x00, 0x01, 0x00, 0x03, // Status: AS state change, AS-ACTIVE
      0x00, 0x11, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02, // ASP Identifier
      ...context,
      ...info,
    ],
    message: {
      name: "NTFY",
      status: { type: 1, information: 3 },
      aspIdentifier: 2,
      routingContext: [100],
      infoString,
    },
  },
  {
    octets: [
      0x01, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x3c, // DATA
      ...appearance,
      ...context,
      0x02, 0x10, 0x00, 0x19, // Protocol Data, 25 octets
      0x00, 0x00, 0x01, 0x09, // OPC 265
      0x00, 0x00, 0x10, 0x8d, // DPC 4237
      0x05, 0x02, 0x00, 0x07, // SI ISUP, NI national, MP 0, SLS 7
      0x2a, 0x01, 0x0c, 0x02, 0x00, 0x02, 0x80, 0x90, 0x00, // REL for CIC 298, cause 16
      0x00, 0x00, 0x00, // padding
      0x00, 0x13, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05, // Correlation Id
    ],
    message: {
      name: "DATA",
      ...scope,
      protocolData: {
        opc: 265,
        dpc: 4237,
        serviceIndicator: 5,
        networkIndicator: 2,
        messagePriority: 0,
        sls: 7,
        userData: Uint8Array.of(0x2a, 0x01, 0x0c, 0x02, 0x00, 0x02, 0x80, 0x90, 0x00),
      },
      correlationId: 5,
    },
  },
  ...([
    ["DUNA", 1],
    ["DAVA", 2],
    ["DAUD", 3],
    ["DRST", 6],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [0x01, 0x00, 0x02, type, 0x00, 0x00, 0x00, 0x2c, ...appearance, ...context, ...affected, ...info],
      message: { name, ...scope, affectedPointCode, infoString },
    }),
  ),
  {
    octets: [
      0x01, 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x3c, // SCON
      ...appearance,
      ...context,
      ...affected,
      0x02, 0x06, 0x00, 0x08, 0x00, 0x00, 0x01, 0x09, // Concerned Destination 265
      0x02, 0x05, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02, // Congestion Indications: level 2
      ...info,
    ],
    message: { name: "SCON", ...scope, affectedPointCode, concernedDestination: 265, congestionIndications: 2, infoString },
  },
  {
    octets: [
      0x01, 0x00, 0x02, 0x05, 0x00, 0x00, 0x00, 0x30, // DUPU
      ...appearance,
      ...context,
      0x00, 0x12, 0x00, 0x08, 0x00, 0x00, 0x10, 0x8d, // Affected Point Code
      0x02, 0x04, 0x00, 0x08, 0x00, 0x01, 0x00, 0x05, // User/Cause: unequipped, ISUP
      ...info,
    ],
    message: {
      name: "DUPU",
      ...scope,
      affectedPointCode: [{ mask: 0, pointCode: 4237 }],
      userCause: { cause: 1, user: 5 },
      infoString,
    },
  },
  ...([
    ["ASPUP", 1],
    ["ASPUP-ACK", 4],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [
        0x01, 0x00, 0x03, type, 0x00, 0x00, 0x00, 0x18,
        0x00, 0x11, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02, // ASP Identifier
        ...info,
      ],
      message: { name, aspIdentifier: 2, infoString },
    }),
  ),
  ...([
    ["ASPDN", 2],
    ["ASPDN-ACK", 5],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [0x01, 0x00, 0x03, type, 0x00, 0x00, 0x00, 0x10, ...info],
      message: { name, infoString },
    }),
  ),
  ...([
    ["BEAT", 3],
    ["BEAT-ACK", 6],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [
        0x01, 0x00, 0x03, type, 0x00, 0x00, 0x00, 0x10,
        0x00, 0x09, 0x00, 0x08, 0xde, 0xad, 0xbe, 0xef, // Heartbeat Data
      ],
      message: { name, heartbeatData: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) },
    }),
  ),
  ...([
    ["ASPAC", 1],
    ["ASPAC-ACK", 3],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [
        0x01, 0x00, 0x04, type, 0x00, 0x00, 0x00, 0x24,
        0x00, 0x0b, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02, // Traffic Mode Type: loadshare
        0x00, 0x06, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x64, 0x00, 0x00, 0x00, 0x65, // Routing Context 100 and 101
        ...info,
      ],
      message: { name, trafficModeType: 2, routingContext: [100, 101], infoString },
    }),
  ),
  ...([
    ["ASPIA", 2],
    ["ASPIA-ACK", 4],
  ] as const).map(
    ([name, type]): Sample => ({
      octets: [0x01, 0x00, 0x04, type, 0x00, 0x00, 0x00, 0x18, ...context, ...info],
      message: { name, routingContext: [100], infoString },
    }),
  ),
  {
    octets: [
      0x01, 0x00, 0x09, 0x01, 0x00, 0x00, 0x00, 0x48, // REG REQ
      0x02, 0x07, 0x00, 0x40, // Routing Key, 64 octets
      0x02, 0x0a, 0x00, 0x08, 0x00, 0x00, 0x00, 0x01, // Local-RK-Identifier
      ...context,
      0x00, 0x0b, 0x00, 0x08, 0x00, 0x00, 0x00, 0x01, // Traffic Mode Type: override
      0x02, 0x0b, 0x00, 0x08, 0x00, 0x00, 0x10, 0x8d, // Destination Point Code
      ...appearance,
      0x02, 0x0c, 0x00, 0x06, 0x03, 0x05, 0x00, 0x00, // Service Indicators 3 and 5, padded
      0x02, 0x0e, 0x00, 0x0c, 0x00, 0x00, 0x01, 0x09, 0x00, 0x00, 0x01, 0x0a, // Originating Point Code List
    ],
    message: {
      name: "REG-REQ",
      routingKey: [
        {
          localRoutingKeyIdentifier: 1,
          routingContext: [100],
          trafficModeType: 1,
          destinationPointCode: [4237],
          networkAppearance: 7,
          serviceIndicators: [Uint8Array.of(3, 5)],
          originatingPointCodeList: [
            [
              { mask: 0, pointCode: 265 },
              { mask: 0, pointCode: 266 },
            ],
          ],
        },
      ],
    },
  },
  {
    octets: [
      0x01, 0x00, 0x09, 0x02, 0x00, 0x00, 0x00, 0x24, // REG RSP
      0x02, 0x08, 0x00, 0x1c, // Registration Result, 28 octets
      0x02, 0x0a, 0x00, 0x08, 0x00, 0x00, 0x00, 0x01, // Local-RK-Identifier
      0x02, 0x12, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, // Registration Status: registered
      ...context,
    ],
    message: {
      name: "REG-RSP",
      registrationResult: [{ localRoutingKeyIdentifier: 1, registrationStatus: 0, routingContext: [100] }],
    },
  },
  {
    octets: [0x01, 0x00, 0x09, 0x03, 0x00, 0x00, 0x00, 0x10, ...context],
    message: { name: "DEREG-REQ", routingContext: [100] },
  },
  {
    octets: [
      0x01, 0x00, 0x09, 0x04, 0x00, 0x00, 0x00, 0x1c, // DEREG RSP
      0x02, 0x09, 0x00, 0x14, // Deregistration Result, 20 octets
      ...context,
      0x02, 0x13, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, // Deregistration Status: deregistered
    ],
    message: { name: "DEREG-RSP", deregistrationResult: [{ routingContext: [100], deregistrationStatus: 0 }] },
  },
];
