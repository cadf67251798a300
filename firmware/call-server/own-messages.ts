/** The ISUP messages that this node makes itself. */
import { decodeMessage, encodeMessage, readParameter } from "../isup/codec.ts";
import type { MessageNamed } from "../isup/dialect.ts";
import { ok, type Result } from "../result.ts";
import { releaseCause } from "./release-causes.ts";
import { type Route, routedDigits } from "./routing.ts";

/** This node's place in Q.763 3.12: a transit network, as seen from both ends. */
const causeHead = { codingStandard: "itu-t", location: "transit-network" } as const;

const bare = (type: "RLC" | "RSC" | "BLO" | "BLA" | "UBL" | "UBA" | "UCIC"): Uint8Array =>
  encodeMessage({ type, parameters: {}, unknown: [] });

export const releaseComplete = bare("RLC");
export const resetCircuit = bare("RSC");
export const blocking = bare("BLO");
export const blockingAcknowledgement = bare("BLA");
export const unblocking = bare("UBL");
export const unblockingAcknowledgement = bare("UBA");
export const unequippedCircuit = bare("UCIC");

export function release(cause: number): Uint8Array {
  return encodeMessage({ type: "REL", parameters: { causeIndicators: { ...causeHead, cause } }, unknown: [] });
}

/** The REL of a node that is overloaded: it says how much (Q.764 2.11.1). */
export function congestionRelease(level: number): Uint8Array {
  const causeIndicators = { ...causeHead, cause: releaseCause.switchingEquipmentCongestion };
  return encodeMessage({
    type: "REL",
    parameters: { causeIndicators, automaticCongestionLevel: { level } },
    unknown: [],
  });
}

/** CFN for a message type that is not known here; the diagnostic is that type (Q.850 table 2, cause 97). */
export function confusion(messageType: number): Uint8Array {
  const causeIndicators = {
    ...causeHead,
    cause: releaseCause.messageTypeNotImplemented,
    diagnostics: Uint8Array.of(messageType),
  };
  return encodeMessage({ type: "CFN", parameters: { causeIndicators }, unknown: [] });
}

/** `range` is the number of circuits less one. */
export function groupReset(range: number): Uint8Array {
  return encodeMessage({ type: "GRS", parameters: { rangeAndStatus: { range } }, unknown: [] });
}

/** One bit a circuit: blocked by this node for maintenance. */
export function groupResetAcknowledgement(blocked: readonly boolean[]): Uint8Array {
  return encodeMessage({ type: "GRA", parameters: { rangeAndStatus: rangeAndStatus(blocked) }, unknown: [] });
}

/** One bit a circuit: whether the message is about it. */
export function groupSupervision(
  type: "CGB" | "CGBA" | "CGU" | "CGUA",
  kind: "maintenance" | "hardware-failure",
  named: readonly boolean[],
): Uint8Array {
  return encodeMessage({
    type,
    parameters: { circuitGroupSupervisionMessageType: { type: kind }, rangeAndStatus: rangeAndStatus(named) },
    unknown: [],
  });
}

/** The first circuit's bit is bit 1 of the first octet (Q.763 3.43). */
function rangeAndStatus(circuits: readonly boolean[]) {
  const status = new Uint8Array(Math.ceil(circuits.length / 8));
  circuits.forEach((bit, index) => {
    if (bit) status[index >> 3] |= 1 << (index & 7);
  });
  return { range: circuits.length - 1, status };
}

/** The cause in a REL; undefined when it cannot be read. */
export function causeOf(release: Uint8Array): number | undefined {
  const indicators = readParameter(release, "causeIndicators");
  return indicators.ok ? indicators.value?.cause : undefined;
}

export type InitialAddress = MessageNamed<"IAM">;

export function decodeInitialAddress(octets: Uint8Array): Result<InitialAddress, string> {
  const decoded = decodeMessage(octets);
  if (decoded.ok && decoded.value.type === "IAM") return ok(decoded.value);
  return { ok: false, error: "no IAM" };
}

/** Whether the call has made as many hops as it may: the counter would become 0 here. */
export function hopsExhausted({ parameters }: InitialAddress): boolean {
  return parameters.hopCounter !== undefined && parameters.hopCounter.hopsLeft <= 1;
}

/** The IAM as it goes on: the route's digits, one hop less, everything else as received. */
export function onwardInitialAddress(received: Uint8Array, message: InitialAddress, route: Route): Uint8Array {
  const { parameters } = message;
  const { hopCounter, calledPartyNumber } = parameters;
  const digits = routedDigits(calledPartyNumber.digits, route);
  const changed = digits !== calledPartyNumber.digits;
  if (!changed && hopCounter === undefined) return received;
  // Spare octets have their places among the old digits.
  const { spare: _, ...plain } = calledPartyNumber;
  return encodeMessage({
    ...message,
    parameters: {
      ...parameters,
      calledPartyNumber: changed ? { ...plain, digits } : calledPartyNumber,
      ...(hopCounter && { hopCounter: { ...hopCounter, hopsLeft: hopCounter.hopsLeft - 1 } }),
    },
  });
}
