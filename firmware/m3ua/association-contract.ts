/** What goes into an M3UA association, and what comes out. */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import type { AspState } from "./asp-state.ts";
import type { DestinationStatus } from "./destinations.ts";
import type { StatusName, TrafficMode, UnavailabilityCause } from "./messages.ts";
import type { AffectedPointCode } from "./parameter-formats.ts";

/**
 * `asp` brings itself up at a signalling gateway, `sgp` is that gateway. Of two IPSPs `ipsp-client` begins in single exchange;
 * in double exchange both do (RFC 4666 4.3.4.1.2).
 */
export type Role = "asp" | "sgp" | "ipsp-client" | "ipsp-server";

export interface AssociationOptions {
  readonly role: Role;
  /** How two IPSPs come up; "single" when absent. */
  readonly exchange?: "single" | "double";
  /** Absent: one AS, agreed on by configuration; a routing context that comes is not looked at and none is sent. */
  readonly routingContext?: number | undefined;
  /** Absent: an asp says none, an sgp takes any. */
  readonly trafficMode?: TrafficMode | undefined;
  /** Absent: as for the routing context. */
  readonly networkAppearance?: number | undefined;
  /** Sent in ASPUP, by IPSPs also in its acknowledgement. */
  readonly aspIdentifier?: number | undefined;
  /** The identifiers that may come up here. Absent: any, and none. */
  readonly aspIdentifiersAllowed?: readonly number[] | undefined;
  /** Point codes that are available here from the start: what DAUD asks about. */
  readonly ownPointCodes?: readonly number[];
  /** T(beat). Absent or 0: no BEAT is sent and silence is no failure; SCTP has its own heartbeat, TCP has not. */
  readonly heartbeatMillis?: number;
  /** T(ack). */
  readonly ackMillis?: number;
  /** T(r), of an sgp. */
  readonly recoveryMillis?: number;
  /**
   * An sgp whose AS has ASPs on several associations: the owner keeps the `ApplicationServer`, feeds it the states of them
   * all and passes on what it says (`notify`, `overridden`). Absent: this ASP is the only one, and NTFY comes by itself.
   */
  readonly sharedApplicationServer?: boolean;
}

export type AssociationEvent =
  /** `streams`: outgoing SCTP streams; 1, and for TCP, when absent. */
  | { readonly kind: "connected"; readonly streams?: number }
  | { readonly kind: "disconnected" }
  /** A piece of a stream (TCP), cut anywhere. */
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  /** One message (SCTP). */
  | { readonly kind: "message"; readonly octets: Uint8Array; readonly stream: number }
  /** `nextDeadline` has passed. */
  | { readonly kind: "deadline" }
  /** How far up the association shall be; "active" from the start. An sgp refuses the ASP more than this. */
  | { readonly kind: "target"; readonly state: AspState }
  | { readonly kind: "transfer"; readonly protocolData: MessageSignalUnit; readonly correlationId?: number | undefined }
  /** A destination changed here; an active peer is told, and one that becomes active. From an asp only congestion is told. */
  | ({ readonly kind: "destination"; readonly pointCode: number } & DestinationStatus)
  /** Ask how destinations are (DAUD). */
  | { readonly kind: "audit"; readonly pointCodes: readonly AffectedPointCode[] }
  | {
      readonly kind: "user-part-unavailable";
      readonly pointCode: number;
      readonly user: number;
      readonly cause: UnavailabilityCause;
    }
  /** With `sharedApplicationServer`. */
  | { readonly kind: "notify"; readonly status: StatusName; readonly aspIdentifier?: number }
  | { readonly kind: "overridden" };

export type AssociationAction =
  | { readonly kind: "send"; readonly octets: Uint8Array; readonly stream: number }
  /** Close the transport and connect again. The association is down until `connected`; `disconnected` is not needed. */
  | { readonly kind: "close"; readonly reason: string }
  /** The state changed. "active": DATA may go, and comes, in double exchange both ways. */
  | { readonly kind: "state"; readonly state: AspState }
  | {
      readonly kind: "received";
      /** `userData` is a view of the octets that came. */
      readonly protocolData: MessageSignalUnit;
      readonly routingContext: number | undefined;
      readonly networkAppearance: number | undefined;
      readonly correlationId: number | undefined;
    }
  /** A transfer that could not be sent: the association is not active. */
  | { readonly kind: "refused"; readonly protocolData: MessageSignalUnit }
  /** "available" ends "unavailable" and "restricted"; congestion ends with level 0. */
  | ({
      readonly kind: "destination";
      readonly pointCodes: readonly AffectedPointCode[];
      readonly concernedDestination?: number | undefined;
    } & DestinationStatus)
  /** The peer asked (DAUD) and was answered with what is known. */
  | { readonly kind: "audited"; readonly pointCodes: readonly AffectedPointCode[] }
  | {
      readonly kind: "user-part-unavailable";
      readonly pointCodes: readonly AffectedPointCode[];
      readonly user: number;
      /** A value of `unavailabilityCauses`. */
      readonly cause: number;
    }
  /** NTFY came. Undefined: a status that RFC 4666 does not have. */
  | { readonly kind: "notified"; readonly status: StatusName | undefined; readonly aspIdentifier: number | undefined }
  | { readonly kind: "alarm"; readonly text: string };
