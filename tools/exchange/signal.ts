/**
 * An ISUP message as far as a test exchange cares: its type, its circuit, and the few parameters that it acts on.
 * What an exchange sends beside them is always the same, and said here once.
 */
import { decodeMessage, encodeMessage, messageTypeOf, readParameter } from "../../firmware/isup/codec.ts";
import type { MessageType, OutgoingIn, Q763 } from "../../firmware/isup/dialect.ts";
import { cicOctets, decodeCic, encodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import { type DecodeError, fail, ok, type Result } from "../../firmware/result.ts";

export interface Signal {
  readonly type: MessageType;
  readonly cic: number;
  /** IAM. */
  readonly called?: string;
  readonly calling?: string;
  /** REL, CFN: Q.850. */
  readonly cause?: number;
  readonly diagnostics?: Uint8Array;
  /** Group messages: the number of circuits less one, and a bit a circuit, the first circuit in bit 1 of the first octet. */
  readonly range?: number;
  readonly status?: Uint8Array;
  /** CGB, CGU and their acknowledgements: because of hardware failure rather than for maintenance. */
  readonly hardware?: boolean;
  /** CQR, a state a circuit. */
  readonly circuits?: readonly CircuitStateIndication[];
}

/** Q.763 3.14, in the codec's words. */
export interface CircuitStateIndication {
  readonly callProcessing: "idle" | "incoming-busy" | "outgoing-busy" | 0;
  readonly maintenanceBlocking: "not-blocked-or-transient" | "remote" | "both-or-unequipped";
  readonly hardwareBlocking: "not-blocked" | "remote";
}

type Parameters = Record<string, unknown>;

const speech = 0;
/** A speech call from an ISDN access, ISUP all the way, no satellite, no continuity check: Q.763 3.35, 3.23, 3.11, 3.54. */
const iamConstants: Parameters = {
  natureOfConnectionIndicators: {},
  forwardCallIndicators: { isdnUserPartAllTheWay: true, isdnAccess: true },
  callingPartyCategory: { category: "ordinary" },
  transmissionMediumRequirement: { medium: speech },
};
const isdnNumber = { natureOfAddress: "national", numberingPlan: "isdn" };
const backwardCallIndicators = { charge: "charge", calledPartyStatus: "subscriber-free", isdnUserPartAllTheWay: true };

/** What a message holds beside what the signal says. */
function parametersOf(signal: Signal): Parameters {
  switch (signal.type) {
    case "IAM":
      return {
        ...iamConstants,
        calledPartyNumber: { ...isdnNumber, digits: signal.called ?? "" },
        ...(signal.calling === undefined
          ? {}
          : { callingPartyNumber: { ...isdnNumber, screening: "network-provided", digits: signal.calling } }),
      };
    case "ACM":
    case "CON":
      return { backwardCallIndicators };
    case "CPG":
      return { eventInformation: { event: "alerting" } };
    case "SUS":
    case "RES":
      return { suspendResumeIndicators: { initiator: "network" } };
    case "REL":
    case "CFN": {
      const { cause = 16, diagnostics } = signal;
      const causeIndicators = { codingStandard: "itu-t", location: "public-network-local", cause };
      return { causeIndicators: diagnostics === undefined ? causeIndicators : { ...causeIndicators, diagnostics } };
    }
    default:
      return groupParametersOf(signal);
  }
}

function groupParametersOf({ range, status, hardware, circuits }: Signal): Parameters {
  return {
    ...(range === undefined ? {} : { rangeAndStatus: status === undefined ? { range } : { range, status } }),
    ...(hardware === undefined
      ? {}
      : { circuitGroupSupervisionMessageType: { type: hardware ? "hardware-failure" : "maintenance" } }),
    ...(circuits === undefined ? {} : { circuitStateIndicator: { circuits } }),
  };
}

/** Messages that are the same every time, by what tells them apart: encoded once. */
const encoded = new Map<string, Uint8Array>();

/** The octets from the CIC on. `parameters` are put over those that are usual. */
export function encodeSignal(signal: Signal, parameters?: Readonly<Parameters>): Uint8Array {
  const isPlain = parameters === undefined && Object.keys(signal).every((key) => plainKeys.has(key));
  const key = isPlain ? `${signal.type} ${signal.cause ?? ""}` : "";
  const known = isPlain ? encoded.get(key) : undefined;
  const message = known ?? encodeMessage(messageOf(signal, parameters));
  if (isPlain && known === undefined) encoded.set(key, message);
  return withCic(signal.cic, message);
}

const plainKeys: ReadonlySet<string> = new Set(["type", "cic", "cause"]);

/** Untyped, because a script may put any parameter into any message; the codec asserts that it fits. */
function messageOf(signal: Signal, parameters: Readonly<Parameters> | undefined): OutgoingIn<Q763> {
  const message = { type: signal.type, parameters: { ...parametersOf(signal), ...parameters } };
  return message as unknown as OutgoingIn<Q763>;
}

/** A message, from its type octet on, on a circuit. */
export function withCic(cic: number, message: Uint8Array): Uint8Array {
  const octets = new Uint8Array(cicOctets + message.length);
  encodeCic(cic, octets);
  octets.set(message, cicOctets);
  return octets;
}

/** Reads the octets from the CIC on; of messages that an exchange only counts, no more than the type. */
export function decodeSignal(octets: Uint8Array): Result<Signal, DecodeError> {
  const cic = decodeCic(octets);
  if (!cic.ok) return cic;
  const message = octets.subarray(cicOctets);
  const type = messageTypeOf(message);
  if (type === undefined) return fail({ kind: "unknown-type", offset: cicOctets });
  const found = readSignalParameters(type, message);
  return found.ok ? ok({ ...found.value, type, cic: cic.value }) : found;
}

function readSignalParameters(
  type: MessageType,
  message: Uint8Array,
): Result<Omit<Signal, "type" | "cic">, DecodeError> {
  switch (type) {
    case "IAM": {
      const called = readParameter(message, "calledPartyNumber");
      if (!called.ok) return called;
      const calling = readParameter(message, "callingPartyNumber");
      if (!calling.ok) return calling;
      const digits = calling.value === undefined ? {} : { calling: calling.value.digits };
      // Decoded numbers keep ST as f; the plan ends where the digits do.
      return ok({ called: (called.value?.digits ?? "").replace(/f$/, ""), ...digits });
    }
    case "REL":
    case "CFN": {
      const cause = readParameter(message, "causeIndicators");
      return cause.ok ? ok(cause.value === undefined ? {} : { cause: cause.value.cause }) : cause;
    }
    case "GRS":
    case "CQM":
    case "GRA":
    case "CGB":
    case "CGU":
    case "CGBA":
    case "CGUA":
      return readGroup(message);
    default:
      return ok({});
  }
}

function readGroup(message: Uint8Array): Result<Omit<Signal, "type" | "cic">, DecodeError> {
  const decoded = decodeMessage(message);
  if (!decoded.ok) return decoded;
  const { parameters } = decoded.value as { readonly parameters: GroupParameters };
  const { rangeAndStatus, circuitGroupSupervisionMessageType: reason } = parameters;
  return ok({
    range: rangeAndStatus?.range ?? 0,
    ...(rangeAndStatus?.status === undefined ? {} : { status: rangeAndStatus.status }),
    ...(reason === undefined ? {} : { hardware: reason.type === "hardware-failure" }),
  });
}

interface GroupParameters {
  readonly rangeAndStatus?: { readonly range: number; readonly status?: Uint8Array };
  readonly circuitGroupSupervisionMessageType?: { readonly type: string | number };
}
