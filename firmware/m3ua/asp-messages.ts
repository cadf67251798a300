/** The messages that the rows of both halves send, and what their acknowledgements mean to the other half. */
import type { AssociationOptions } from "./association-contract.ts";
import { errorReport } from "./error-report.ts";
import type { LocalAspAction, LocalAspEvent } from "./local-asp.ts";
import { type Message, type MessageName, statuses, trafficModes } from "./messages.ts";
import type { PeerAspAction, PeerAspEvent } from "./peer-asp.ts";

/** The messages that are events of the local half. */
export const localAspEvents: { readonly [Name in MessageName]?: LocalAspEvent } = {
  "ASPUP-ACK": "up-ack",
  "ASPDN-ACK": "down-ack",
  "ASPAC-ACK": "active-ack",
  "ASPIA-ACK": "inactive-ack",
};

/** The messages that are events of the peer's half. */
export const peerAspEvents: { readonly [Name in MessageName]?: PeerAspEvent } = {
  ASPUP: "up",
  ASPDN: "down",
  ASPAC: "active",
  ASPIA: "inactive",
};

/** A message that arrived, and its octets. */
export interface Arrival {
  readonly octets: Uint8Array;
  /** Undefined: not decoded, or not decodable. */
  readonly message?: Message | undefined;
}

export function localAspMessage(action: LocalAspAction, options: AssociationOptions, arrival: Arrival): Message {
  const routingContext = ownContext(options);
  const { aspIdentifier, trafficMode } = options;
  switch (action) {
    case "send-up":
      return { name: "ASPUP", aspIdentifier };
    case "send-active":
      return { name: "ASPAC", trafficModeType: trafficMode && trafficModes[trafficMode], routingContext };
    case "send-inactive":
      return { name: "ASPIA", routingContext };
    case "send-down":
      return { name: "ASPDN" };
    case "send-unexpected":
      return errorReport("unexpected-message", arrival.octets);
  }
}

export function peerAspMessage(action: PeerAspAction, options: AssociationOptions, arrival: Arrival): Message {
  const { role, aspIdentifier } = options;
  const asked = arrival.message;
  // What is active or inactive now: our AS, or where it has no number here, what was asked for.
  const routingContext = ownContext(options) ?? (asked && contextOf(asked));
  switch (action) {
    case "send-up-ack":
      return { name: "ASPUP-ACK", aspIdentifier: role === "sgp" ? undefined : aspIdentifier };
    case "send-active-ack":
      return {
        name: "ASPAC-ACK",
        trafficModeType: asked?.name === "ASPAC" ? asked.trafficModeType : undefined,
        routingContext,
      };
    case "send-inactive-ack":
      return { name: "ASPIA-ACK", routingContext };
    case "send-down-ack":
      return { name: "ASPDN-ACK" };
    case "send-unexpected":
      return errorReport("unexpected-message", arrival.octets);
    case "notify-alternate":
      return { name: "NTFY", status: statuses["alternate-asp-active"], routingContext: ownContext(options) };
  }
}

/** The routing context parameter that names our AS. */
export function ownContext({ routingContext }: AssociationOptions): readonly number[] | undefined {
  return routingContext === undefined ? undefined : [routingContext];
}

/** The routing contexts that a message names. */
export function contextOf(message: Message): readonly number[] | undefined {
  return "routingContext" in message ? message.routingContext : undefined;
}
