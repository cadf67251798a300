/** The parameters of M3UA (RFC 4666 3.2): one row each. */
import { type BodyOf, group } from "./parameter-walk.ts";
import {
  affectedPointCodes,
  congestionLevel,
  type FormatValue,
  halfWords,
  octetString,
  type ParameterFormat,
  pointCode,
  protocolData,
  u32,
  u32List,
} from "./parameter-formats.ts";

/** A row of the table. `clause` is one of RFC 4666. */
export interface Parameter<T> {
  readonly tag: number;
  readonly clause: string;
  readonly format: ParameterFormat<T>;
}

/** `tag`, `clause`, `format`. */
function parameter<T>(tag: number, clause: string, format: ParameterFormat<T>): Parameter<T> {
  return { tag, clause, format };
}

const plainParameters = {
  /** Text in UTF-8 for people, up to 255 octets. */
  infoString: parameter(0x0004, "3.4.1", octetString(0, 255)),
  routingContext: parameter(0x0006, "3.3.1", u32List),
  diagnosticInformation: parameter(0x0007, "3.8.1", octetString(0, 65_535)),
  heartbeatData: parameter(0x0009, "3.5.5", octetString(0, 65_535)),
  trafficModeType: parameter(0x000b, "3.7.1", u32),
  errorCode: parameter(0x000c, "3.8.1", u32),
  status: parameter(0x000d, "3.8.2", halfWords("type", "information")),
  aspIdentifier: parameter(0x0011, "3.5.1", u32),
  affectedPointCode: parameter(0x0012, "3.4.1", affectedPointCodes),
  correlationId: parameter(0x0013, "3.3.1", u32),
  networkAppearance: parameter(0x0200, "3.3.1", u32),
  userCause: parameter(0x0204, "3.4.5", halfWords("cause", "user")),
  congestionIndications: parameter(0x0205, "3.4.4", congestionLevel),
  concernedDestination: parameter(0x0206, "3.4.4", pointCode),
  localRoutingKeyIdentifier: parameter(0x020a, "3.6.1", u32),
  destinationPointCode: parameter(0x020b, "3.6.1", pointCode),
  serviceIndicators: parameter(0x020c, "3.6.1", octetString(1, 255)),
  originatingPointCodeList: parameter(0x020e, "3.6.1", affectedPointCodes),
  protocolData: parameter(0x0210, "3.3.1", protocolData),
  registrationStatus: parameter(0x0212, "3.6.2", u32),
  deregistrationStatus: parameter(0x0213, "3.6.4", u32),
} as const;

const routingKey = [
  "localRoutingKeyIdentifier",
  "routingContext?",
  "trafficModeType?",
  "destinationPointCode+",
  "networkAppearance?",
  "serviceIndicators*",
  "originatingPointCodeList*",
] as const;
const registrationResult = ["localRoutingKeyIdentifier", "registrationStatus", "routingContext"] as const;
const deregistrationResult = ["routingContext", "deregistrationStatus"] as const;

type PlainTable = typeof plainParameters;

/** All parameters. Those that hold other parameters come last. */
export const parameters = {
  ...plainParameters,
  /** Parameters that may be repeated keep their order among their own kind only. */
  routingKey: parameter<BodyOf<PlainTable, typeof routingKey>>(0x0207, "3.6.1", group(plainParameters, routingKey)),
  registrationResult: parameter<BodyOf<PlainTable, typeof registrationResult>>(
    0x0208,
    "3.6.2",
    group(plainParameters, registrationResult),
  ),
  deregistrationResult: parameter<BodyOf<PlainTable, typeof deregistrationResult>>(
    0x0209,
    "3.6.4",
    group(plainParameters, deregistrationResult),
  ),
} as const;

export type ParameterName = keyof typeof parameters;
export type ParameterValue<Name extends ParameterName> = FormatValue<(typeof parameters)[Name]["format"]>;
