/** The messages of M3UA (RFC 4666 3.3 to 3.8): one row each, its parameters in the order of the RFC's figure. */
import type { BodyOf } from "./parameter-walk.ts";
import type { ParameterName, parameters } from "./parameters.ts";

/** RFC 4666 3.1.2. */
export const messageClasses = { MGMT: 0, Transfer: 1, SSNM: 2, ASPSM: 3, ASPTM: 4, RKM: 9 } as const;

type Entry = ParameterName | `${ParameterName}${"?" | "+" | "*"}`;

/** A row: class and type of the common header, the clause of RFC 4666, the parameters in the notation of parameter-walk.ts. */
export interface MessageRow {
  readonly messageClass: number;
  readonly messageType: number;
  readonly clause: string;
  readonly parameters: readonly Entry[];
}

function message<const Parameters extends readonly Entry[]>(
  messageClass: keyof typeof messageClasses,
  messageType: number,
  clause: string,
  parameters: Parameters,
) {
  return { messageClass: messageClasses[messageClass], messageType, clause, parameters } as const;
}

const destinations = ["networkAppearance?", "routingContext?", "affectedPointCode", "infoString?"] as const;
const traffic = ["trafficModeType?", "routingContext?", "infoString?"] as const;

// biome-ignore format: one message a line
export const messages = {
  ERR:            message("MGMT", 0, "3.8.1", ["errorCode", "routingContext?", "networkAppearance?", "affectedPointCode?", "diagnosticInformation?"]),
  NTFY:           message("MGMT", 1, "3.8.2", ["status", "aspIdentifier?", "routingContext?", "infoString?"]),
  DATA:           message("Transfer", 1, "3.3.1", ["networkAppearance?", "routingContext?", "protocolData", "correlationId?"]),
  DUNA:           message("SSNM", 1, "3.4.1", destinations),
  DAVA:           message("SSNM", 2, "3.4.2", destinations),
  DAUD:           message("SSNM", 3, "3.4.3", destinations),
  SCON:           message("SSNM", 4, "3.4.4", ["networkAppearance?", "routingContext?", "affectedPointCode", "concernedDestination?", "congestionIndications?", "infoString?"]),
  DUPU:           message("SSNM", 5, "3.4.5", ["networkAppearance?", "routingContext?", "affectedPointCode", "userCause", "infoString?"]),
  DRST:           message("SSNM", 6, "3.4.6", destinations),
  ASPUP:          message("ASPSM", 1, "3.5.1", ["aspIdentifier?", "infoString?"]),
  ASPDN:          message("ASPSM", 2, "3.5.3", ["infoString?"]),
  BEAT:           message("ASPSM", 3, "3.5.5", ["heartbeatData?"]),
  "ASPUP-ACK":    message("ASPSM", 4, "3.5.2", ["aspIdentifier?", "infoString?"]),
  "ASPDN-ACK":    message("ASPSM", 5, "3.5.4", ["infoString?"]),
  "BEAT-ACK":     message("ASPSM", 6, "3.5.6", ["heartbeatData?"]),
  ASPAC:          message("ASPTM", 1, "3.7.1", traffic),
  ASPIA:          message("ASPTM", 2, "3.7.3", ["routingContext?", "infoString?"]),
  "ASPAC-ACK":    message("ASPTM", 3, "3.7.2", traffic),
  "ASPIA-ACK":    message("ASPTM", 4, "3.7.4", ["routingContext?", "infoString?"]),
  "REG-REQ":      message("RKM", 1, "3.6.1", ["routingKey+"]),
  "REG-RSP":      message("RKM", 2, "3.6.2", ["registrationResult+"]),
  "DEREG-REQ":    message("RKM", 3, "3.6.3", ["routingContext"]),
  "DEREG-RSP":    message("RKM", 4, "3.6.4", ["deregistrationResult+"]),
} as const satisfies { readonly [name: string]: MessageRow };

export type MessageName = keyof typeof messages;
export type MessageOf<Name extends MessageName> = { readonly name: Name } & BodyOf<
  typeof parameters,
  (typeof messages)[Name]["parameters"]
>;
/** Any message, told apart by `name`. */
export type Message = { [Name in MessageName]: MessageOf<Name> }[MessageName];

/** RFC 4666 3.7.1. */
export const trafficModes = { override: 1, loadshare: 2, broadcast: 3 } as const;
export type TrafficMode = keyof typeof trafficModes;

/** RFC 4666 3.8.2: what a NTFY says, as status type and status information. */
export const statuses = {
  "as-inactive": { type: 1, information: 2 },
  "as-active": { type: 1, information: 3 },
  "as-pending": { type: 1, information: 4 },
  "insufficient-asp-resources": { type: 2, information: 1 },
  "alternate-asp-active": { type: 2, information: 2 },
  "asp-failure": { type: 2, information: 3 },
} as const;
export type StatusName = keyof typeof statuses;

/** RFC 4666 3.4.5: why a user part cannot be reached. */
export const unavailabilityCauses = { unknown: 0, unequipped: 1, inaccessible: 2 } as const;
export type UnavailabilityCause = keyof typeof unavailabilityCauses;
