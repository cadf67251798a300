/** Parameters of circuit supervision and of compatibility. */
import { enumerated, extension, flag, unsigned } from "./bit-field.ts";
import { bits, bitsIfExtended, group, list, number, rest, restIfPresent } from "./format.ts";
import { parameter } from "./parameter.ts";

/** Q.763 3.13. */
export const groupSupervisionType = { 0: "maintenance", 1: "hardware-failure" } as const;

const callProcessingState = { 1: "incoming-busy", 2: "outgoing-busy", 3: "idle" } as const;

/**
 * Q.763 3.14: with a call processing state of 0 these are 0 transient, 3 unequipped;
 * otherwise 0 not blocked, 1 locally, 2 remotely, 3 locally and remotely blocked.
 */
const maintenanceState = { 0: "not-blocked-or-transient", 1: "local", 2: "remote", 3: "both-or-unequipped" } as const;
const hardwareState = { 0: "not-blocked", 1: "local", 2: "remote", 3: "both" } as const;

const broadbandInterworking = {
  0: "pass-on",
  1: "discard-message",
  2: "release-call",
  3: "discard-parameter",
} as const;

export const circuitParameters = {
  circuitGroupSupervisionMessageType: parameter(
    0x15,
    "3.13",
    bits(1, { type: enumerated("BA", groupSupervisionType) }),
  ),
  /** `range` is the number of circuits less one; bit 1 of the first octet of `status` is the circuit of the CIC. */
  rangeAndStatus: parameter(0x16, "3.43", number("range", 1), restIfPresent("status", 32)),
  facilityIndicator: parameter(0x18, "3.22", bits(1, { facility: unsigned("HGFEDCBA") })),
  circuitAssignmentMap: parameter(0x25, "3.69", bits(1, { mapType: unsigned("FEDCBA") }), rest("map")),
  circuitStateIndicator: parameter(
    0x26,
    "3.14",
    list(
      "circuits",
      bits(1, {
        maintenanceBlocking: enumerated("BA", maintenanceState),
        callProcessing: enumerated("DC", callProcessingState),
        hardwareBlocking: enumerated("FE", hardwareState),
      }),
    ),
  ),
  messageCompatibilityInformation: parameter(
    0x38,
    "3.33",
    bits(1, {
      endNodeInterpretation: flag("A"),
      releaseCall: flag("B"),
      sendNotification: flag("C"),
      discardMessage: flag("D"),
      passOnNotPossible: enumerated("E", { 0: "release-call", 1: "discard-information" }),
      broadbandInterworking: enumerated("GF", broadbandInterworking),
      extension: extension("H"),
    }),
    group("furtherInstructions"),
  ),
  parameterCompatibilityInformation: parameter(
    0x39,
    "3.41",
    list(
      "instructions",
      bits(1, { parameterCode: unsigned("HGFEDCBA") }),
      bits(1, {
        endNodeInterpretation: flag("A"),
        releaseCall: flag("B"),
        sendNotification: flag("C"),
        discardMessage: flag("D"),
        discardParameter: flag("E"),
        passOnNotPossible: enumerated("GF", { 0: "release-call", 1: "discard-message", 2: "discard-parameter" }),
        extension: extension("H"),
      }),
      bitsIfExtended({ broadbandInterworking: enumerated("BA", broadbandInterworking), extension: extension("H") }),
      group("furtherInstructions"),
    ),
  ),
} as const;
