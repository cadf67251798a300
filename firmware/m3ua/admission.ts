/** Whether a message that arrived is for us, here and now: RFC 4666 1.4.7, 3.8.1, 4.3 and 4.5 as a table. */
import { type AspState, isBelow } from "./asp-state.ts";
import { contextOf } from "./asp-messages.ts";
import type { AssociationOptions, Role } from "./association-contract.ts";
import type { ErrorCodeName } from "./error-codes.ts";
import type { ErrorSubject } from "./error-report.ts";
import { type Message, type MessageName, trafficModes } from "./messages.ts";

interface Reception {
  /** Undefined: any role understands it. */
  readonly roles?: readonly Role[];
  /** Only an association that has this half understands it. */
  readonly half?: "local" | "peer";
  /** The lowest ASP state in which it is expected. */
  readonly from: AspState;
  /** The SCTP streams it comes on. */
  readonly stream: "zero" | "not-zero" | "any";
}

const ipsp = ["ipsp-client", "ipsp-server"] as const;

// biome-ignore format: one message a line
export const receptions: { readonly [Name in MessageName]: Reception | "unsupported" } = {
  ERR:         { from: "down",     stream: "zero" },
  NTFY:        { from: "down",     stream: "any", roles: ["asp", ...ipsp] },
  DATA:        { from: "active",   stream: "not-zero" },
  DUNA:        { from: "inactive", stream: "any", roles: ["asp", ...ipsp] },
  DAVA:        { from: "inactive", stream: "any", roles: ["asp", ...ipsp] },
  DAUD:        { from: "active",   stream: "any", roles: ["sgp", ...ipsp] },
  SCON:        { from: "inactive", stream: "any" },
  DUPU:        { from: "inactive", stream: "any", roles: ["asp", ...ipsp] },
  DRST:        { from: "inactive", stream: "any", roles: ["asp", ...ipsp] },
  ASPUP:       { from: "down",     stream: "zero", half: "peer" },
  ASPDN:       { from: "down",     stream: "zero", half: "peer" },
  BEAT:        { from: "down",     stream: "any" },
  "ASPUP-ACK": { from: "down",     stream: "zero", half: "local" },
  "ASPDN-ACK": { from: "down",     stream: "zero", half: "local" },
  "BEAT-ACK":  { from: "down",     stream: "any" },
  ASPAC:       { from: "down",     stream: "any", half: "peer" },
  ASPIA:       { from: "down",     stream: "any", half: "peer" },
  "ASPAC-ACK": { from: "down",     stream: "any", half: "local" },
  "ASPIA-ACK": { from: "down",     stream: "any", half: "local" },
  "REG-REQ":   "unsupported",
  "REG-RSP":   "unsupported",
  "DEREG-REQ": "unsupported",
  "DEREG-RSP": "unsupported",
};

/** The side that judges. */
export interface Judge {
  readonly options: AssociationOptions;
  readonly hasLocalHalf: boolean;
  readonly hasPeerHalf: boolean;
  /** The state in which the message is received. */
  readonly state: AspState;
  /** Outgoing SCTP streams; with one there is none to choose. */
  readonly streams: number;
}

/** Whether the message is dealt with, and what the peer is told; both, where only some of its routing contexts are ours. */
export interface Admission {
  readonly proceed: boolean;
  readonly error?: ErrorCodeName;
  readonly subject?: ErrorSubject;
}

/** The commonest verdict. */
const admitted: Admission = { proceed: true };
const discarded: Admission = { proceed: false };

function refused(error: ErrorCodeName, subject?: ErrorSubject): Admission {
  return { proceed: false, error, subject };
}

/** `stream` is undefined where the transport has none. */
export function admitMessage(message: Message, stream: number | undefined, judge: Judge): Admission {
  const routingContext = contextOf(message);
  const context = admitContext(message.name, routingContext, stream, judge);
  if (!context.proceed || message.name === "ERR" || message.name === "NTFY") return context;
  const networkAppearance = "networkAppearance" in message ? message.networkAppearance : undefined;
  return admitScope(routingContext, networkAppearance, judge.options);
}

/** Whether a message of this name is expected by this role, in this state, on this stream. */
export function admitContext(
  name: MessageName,
  routingContext: readonly number[] | undefined,
  stream: number | undefined,
  judge: Judge,
): Admission {
  const reception = receptions[name];
  if (reception === "unsupported") return refused("unsupported-message-class");
  if (stream !== undefined && judge.streams > 1) {
    const misplaced = reception.stream === "zero" ? stream !== 0 : reception.stream === "not-zero" && stream === 0;
    // ERR is never answered with ERR.
    if (misplaced) return name === "ERR" ? discarded : refused("invalid-stream-identifier");
  }
  const { role } = judge.options;
  const addressed =
    (reception.roles?.includes(role) ?? true) &&
    (reception.half !== "local" || judge.hasLocalHalf) &&
    (reception.half !== "peer" || judge.hasPeerHalf);
  if (addressed && !isBelow(judge.state, reception.from)) return admitted;
  // What an SGP sends may overtake the acknowledgement that makes the ASP active: silently discarded (3.8.1).
  return addressed && role === "asp" ? discarded : refused("unexpected-message", { routingContext });
}

/** Whether our AS and our network are meant. */
export function admitScope(
  routingContext: readonly number[] | undefined,
  networkAppearance: number | undefined,
  ours: AssociationOptions,
): Admission {
  if (networkAppearance !== undefined && (ours.networkAppearance ?? networkAppearance) !== networkAppearance) {
    return refused("invalid-network-appearance", { networkAppearance });
  }
  if (routingContext === undefined || ours.routingContext === undefined) return admitted;
  const foreign = routingContext.filter((context) => context !== ours.routingContext);
  if (foreign.length === 0) return admitted;
  return {
    proceed: foreign.length < routingContext.length,
    error: "invalid-routing-context",
    subject: { routingContext: foreign },
  };
}

/** Why a peer that wants to come up to `target` at most may not. */
export function refusalOfPeer(
  message: Message,
  options: AssociationOptions,
  target: AspState,
): ErrorCodeName | undefined {
  const { aspIdentifiersAllowed, trafficMode } = options;
  if (message.name === "ASPUP") {
    if (target === "down") return "refused-management-blocking";
    if (!aspIdentifiersAllowed) return undefined;
    if (message.aspIdentifier === undefined) return "asp-identifier-required";
    return aspIdentifiersAllowed.includes(message.aspIdentifier) ? undefined : "invalid-asp-identifier";
  }
  if (message.name === "ASPAC") {
    if (target !== "active") return "refused-management-blocking";
    const asked = message.trafficModeType;
    const allowed: readonly number[] = trafficMode ? [trafficModes[trafficMode]] : Object.values(trafficModes);
    if (asked !== undefined && !allowed.includes(asked)) return "unsupported-traffic-mode-type";
  }
  return undefined;
}
