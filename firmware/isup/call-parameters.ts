/** Indicators of a call: how it is set up, what happened to it, and why it ended. */
import { enumerated, extension, flag, lastOctet, unsigned } from "./bit-field.ts";
import { causeNames } from "./causes.ts";
import { bits, bitsIfExtended, bitsIfPresent, number, restIfPresent } from "./format.ts";
import { parameter, repeatable } from "./parameter.ts";

const satelliteCircuits = { 0: "none", 1: "one", 2: "two" } as const;
const continuityCheck = { 0: "not-required", 1: "required", 2: "on-previous-circuit" } as const;
const endToEndMethod = { 0: "none", 1: "pass-along", 2: "sccp", 3: "pass-along-and-sccp" } as const;
const isdnUserPartPreference = { 0: "preferred", 1: "not-required", 2: "required" } as const;
const sccpMethod = { 0: "none", 1: "connectionless", 2: "connection-oriented", 3: "both" } as const;
const charge = { 0: "no-indication", 1: "no-charge", 2: "charge" } as const;
const calledPartyStatus = { 0: "no-indication", 1: "subscriber-free", 2: "connect-when-free" } as const;
const calledPartyCategory = { 0: "no-indication", 1: "ordinary-subscriber", 2: "payphone" } as const;
const closedUserGroupCall = { 0: "no", 2: "outgoing-access-allowed", 3: "outgoing-access-not-allowed" } as const;
const suspendResumeInitiator = { 0: "subscriber", 1: "network" } as const;

/** Q.763 3.11; 224 to 254 are national. */
export const callingPartyCategory = {
  0: "unknown",
  1: "operator-french",
  2: "operator-english",
  3: "operator-german",
  4: "operator-russian",
  5: "operator-spanish",
  9: "national-operator",
  10: "ordinary",
  11: "priority",
  12: "data",
  13: "test",
  15: "payphone",
} as const;

/** Q.763 3.21. */
export const event = {
  1: "alerting",
  2: "progress",
  3: "in-band-information",
  4: "forwarded-on-busy",
  5: "forwarded-on-no-reply",
  6: "forwarded-unconditional",
} as const;

/** Q.763 3.12, coded as in Q.850. */
export const codingStandard = { 0: "itu-t", 1: "iso-iec", 2: "national", 3: "specific-to-location" } as const;

/** Q.850 2.2.3. */
export const causeLocation = {
  0: "user",
  1: "private-network-local",
  2: "public-network-local",
  3: "transit-network",
  4: "public-network-remote",
  5: "private-network-remote",
  7: "international-network",
  10: "beyond-interworking-point",
} as const;

/** Q.763 3.45. */
export const redirectingIndicator = {
  0: "no-redirection",
  1: "rerouted",
  2: "rerouted-all-restricted",
  3: "diverted",
  4: "diverted-all-restricted",
  5: "rerouted-number-restricted",
  6: "diverted-number-restricted",
} as const;

/** Q.763 3.45 and 3.6. */
export const redirectingReason = {
  0: "unknown",
  1: "user-busy",
  2: "no-reply",
  3: "unconditional",
  4: "deflection-during-alerting",
  5: "deflection-immediate",
  6: "mobile-not-reachable",
} as const;

/** Q.763 3.6. */
const notificationSubscription = {
  0: "unknown",
  1: "presentation-not-allowed",
  2: "presentation-allowed-with-number",
  3: "presentation-allowed-without-number",
} as const;

/** Q.763 3.25. */
export const notification = {
  0: "user-suspended",
  1: "user-resumed",
  2: "bearer-service-change",
  4: "call-completion-delay",
  66: "conference-established",
  67: "conference-disconnected",
  68: "other-party-added",
  69: "isolated",
  70: "reattached",
  71: "other-party-isolated",
  72: "other-party-reattached",
  73: "other-party-split",
  74: "other-party-disconnected",
  75: "conference-floating",
  96: "call-waiting",
  104: "diversion-activated",
  105: "call-transfer-alerting",
  106: "call-transfer-active",
  121: "remote-hold",
  122: "remote-retrieval",
  123: "call-is-diverting",
} as const;

const echoControlDeviceInformation = {
  0: "no-information",
  1: "not-included-not-available",
  2: "included",
  3: "not-included-available",
} as const;
const outgoingEchoControlRequest = { 0: "no-information", 1: "activate", 2: "deactivate" } as const;

const causeOctets = [
  bits(1, {
    extension: extension("H"),
    codingStandard: enumerated("GF", codingStandard),
    location: enumerated("DCBA", causeLocation),
  }),
  bitsIfExtended({ lastOctet: lastOctet("H"), recommendation: unsigned("GFEDCBA") }),
  bits(1, { lastOctet: lastOctet("H"), cause: unsigned("GFEDCBA", causeNames) }),
  restIfPresent("diagnostics"),
] as const;

export const callParameters = {
  natureOfConnectionIndicators: parameter(
    0x06,
    "3.35",
    bits(1, {
      satelliteCircuits: enumerated("BA", satelliteCircuits),
      continuityCheck: enumerated("DC", continuityCheck),
      outgoingEchoControlDevice: flag("E"),
    }),
  ),
  forwardCallIndicators: parameter(
    0x07,
    "3.23",
    bits(2, {
      internationalCall: flag("A"),
      endToEndMethod: enumerated("CB", endToEndMethod),
      interworking: flag("D"),
      endToEndInformation: flag("E"),
      isdnUserPartAllTheWay: flag("F"),
      isdnUserPartPreference: enumerated("HG", isdnUserPartPreference),
      isdnAccess: flag("I"),
      sccpMethod: enumerated("KJ", sccpMethod),
      portedNumberTranslated: flag("M"),
      queryOnReleaseAttempt: flag("N"),
    }),
  ),
  optionalForwardCallIndicators: parameter(
    0x08,
    "3.38",
    bits(1, {
      closedUserGroupCall: enumerated("BA", closedUserGroupCall),
      simpleSegmentation: flag("C"),
      connectedLineIdentityRequest: flag("H"),
    }),
  ),
  callingPartyCategory: parameter(0x09, "3.11", bits(1, { category: enumerated("HGFEDCBA", callingPartyCategory) })),
  connectionRequest: parameter(
    0x0d,
    "3.17",
    number("localReference", 3),
    bits(2, { signallingPointCode: unsigned("NMLKJIHGFEDCBA") }),
    bitsIfPresent(1, { protocolClass: unsigned("HGFEDCBA") }),
    bitsIfPresent(1, { credit: unsigned("HGFEDCBA") }),
  ),
  informationRequestIndicators: parameter(
    0x0e,
    "3.29",
    bits(2, {
      callingPartyAddress: flag("A"),
      holding: flag("B"),
      callingPartyCategory: flag("D"),
      chargeInformation: flag("E"),
      maliciousCallIdentification: flag("H"),
    }),
  ),
  informationIndicators: parameter(
    0x0f,
    "3.28",
    bits(2, {
      callingPartyAddress: enumerated("BA", { 0: "not-included", 1: "not-available", 3: "included" }),
      holdingProvided: flag("C"),
      callingPartyCategoryIncluded: flag("F"),
      chargeInformationIncluded: flag("G"),
      unsolicited: flag("H"),
    }),
  ),
  continuityIndicators: parameter(0x10, "3.18", bits(1, { continuityCheckSuccessful: flag("A") })),
  backwardCallIndicators: parameter(
    0x11,
    "3.5",
    bits(2, {
      charge: enumerated("BA", charge),
      calledPartyStatus: enumerated("DC", calledPartyStatus),
      calledPartyCategory: enumerated("FE", calledPartyCategory),
      endToEndMethod: enumerated("HG", endToEndMethod),
      interworking: flag("I"),
      endToEndInformation: flag("J"),
      isdnUserPartAllTheWay: flag("K"),
      holding: flag("L"),
      isdnAccess: flag("M"),
      incomingEchoControlDevice: flag("N"),
      sccpMethod: enumerated("PO", sccpMethod),
    }),
  ),
  causeIndicators: parameter(0x12, "3.12", ...causeOctets),
  redirectionInformation: parameter(
    0x13,
    "3.45",
    bits(1, {
      redirectingIndicator: enumerated("CBA", redirectingIndicator),
      originalRedirectionReason: enumerated("HGFE", redirectingReason),
    }),
    bitsIfPresent(1, {
      redirectionCounter: unsigned("CBA"),
      redirectingReason: enumerated("HGFE", redirectingReason),
    }),
  ),
  suspendResumeIndicators: parameter(0x22, "3.52", bits(1, { initiator: enumerated("A", suspendResumeInitiator) })),
  eventInformation: parameter(
    0x24,
    "3.21",
    bits(1, { event: enumerated("GFEDCBA", event), presentationRestricted: flag("H") }),
  ),
  automaticCongestionLevel: parameter(0x27, "3.4", bits(1, { level: unsigned("HGFEDCBA") })),
  optionalBackwardCallIndicators: parameter(
    0x29,
    "3.37",
    bits(1, {
      inBandInformation: flag("A"),
      callDiversionMayOccur: flag("B"),
      simpleSegmentation: flag("C"),
      mlppUser: flag("D"),
    }),
  ),
  genericNotificationIndicator: repeatable(
    0x2c,
    "3.25",
    bits(1, { lastOctet: lastOctet("H"), notification: enumerated("GFEDCBA", notification) }),
  ),
  callHistoryInformation: parameter(0x2d, "3.7", number("propagationDelayMillis", 2)),
  accessDeliveryInformation: parameter(0x2e, "3.2", bits(1, { noSetupMessageGenerated: flag("A") })),
  propagationDelayCounter: parameter(0x31, "3.42", number("propagationDelayMillis", 2)),
  callDiversionInformation: parameter(
    0x36,
    "3.6",
    bits(1, {
      notificationSubscription: enumerated("CBA", notificationSubscription),
      redirectingReason: enumerated("GFED", redirectingReason),
    }),
  ),
  echoControlInformation: parameter(
    0x37,
    "3.19",
    bits(1, {
      outgoingDevice: enumerated("BA", echoControlDeviceInformation),
      incomingDevice: enumerated("DC", echoControlDeviceInformation),
      outgoingRequest: enumerated("FE", outgoingEchoControlRequest),
      incomingRequest: enumerated("HG", outgoingEchoControlRequest),
    }),
  ),
  hopCounter: parameter(0x3d, "3.80", bits(1, { hopsLeft: unsigned("EDCBA") })),
  networkManagementControls: parameter(
    0x5b,
    "3.68",
    bits(1, { lastOctet: lastOctet("H"), temporaryAlternativeRouting: flag("A") }),
  ),
} as const;
