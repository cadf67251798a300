/** Parameters of supplementary services, which a transit exchange passes on; what is inside is parsed where it is simple. */
import { enumerated, extension, flag, lastOctet, unsigned } from "./bit-field.ts";
import { bits, bitsIfExtended, hex, number, rest, restIfPresent } from "./format.ts";
import { parameter, repeatable } from "./parameter.ts";

const userToUserService = { 1: "spare", 2: "request-not-essential", 3: "request-essential" } as const;
const lookForwardBusy = { 0: "allowed", 1: "path-reserved", 2: "not-allowed" } as const;
const precedenceLevel = { 0: "flash-override", 1: "flash", 2: "immediate", 3: "priority", 4: "routine" } as const;
const callDiversion = { 0: "no-indication", 1: "allowed", 2: "not-allowed" } as const;
const callOffering = { 0: "no-indication", 1: "not-allowed", 2: "allowed" } as const;
const conferenceAcceptance = { 0: "no-indication", 1: "accept", 2: "reject" } as const;
const loopPrevention = { 0: "request", 1: "response" } as const;
const applicationContext = {
  0: "unidentified-context-and-error-handling",
  1: "pss1",
  3: "charging",
  4: "gat",
} as const;
const terminatingAccess = { 0: "no-information", 1: "dedicated", 2: "switched" } as const;
/** Until which message of the call the exchange can do it. */
const possibleUntil = { 0: "no-indication", 1: "acm", 2: "anm", 3: "end-of-call" } as const;
const invocationStatus = { 0: "not-used", 1: "acknowledged", 2: "not-invoked" } as const;
const pivotRouting = {
  0: "no-indication",
  1: "request",
  2: "cancel",
  3: "failure",
  4: "interworking-to-redirection-prohibited",
} as const;
const numberPortability = {
  0: "no-indication",
  1: "not-queried",
  2: "queried-not-ported",
  3: "queried-ported",
} as const;

export const serviceParameters = {
  userToUserInformation: parameter(0x20, "3.61", number("protocolDiscriminator", 1), restIfPresent("information", 128)),
  userToUserIndicators: parameter(
    0x2a,
    "3.60",
    bits(1, {
      response: flag("A"),
      service1: enumerated("CB", userToUserService),
      service2: enumerated("ED", userToUserService),
      service3: enumerated("GF", userToUserService),
      discardedByNetwork: flag("H"),
    }),
  ),
  networkSpecificFacility: parameter(0x2f, "3.36", rest("octets")),
  remoteOperations: repeatable(0x32, "3.48", rest("octets")),
  serviceActivation: parameter(0x33, "3.49", rest("featureCodes")),
  mlppPrecedence: parameter(
    0x3a,
    "3.34",
    bits(1, {
      lookForwardBusy: enumerated("GF", lookForwardBusy),
      precedenceLevel: enumerated("DCBA", precedenceLevel),
    }),
    hex("networkIdentity", 2),
    number("serviceDomain", 3),
  ),
  mcidRequestIndicators: parameter(0x3b, "3.31", bits(1, { mcidRequested: flag("A"), holdingRequested: flag("B") })),
  mcidResponseIndicators: parameter(0x3c, "3.32", bits(1, { mcidIncluded: flag("A"), holdingProvided: flag("B") })),
  callTransferReference: parameter(0x43, "3.65", number("reference", 1)),
  loopPreventionIndicators: parameter(
    0x44,
    "3.67",
    bits(1, { type: enumerated("A", loopPrevention), response: unsigned("CB") }),
  ),
  ccss: parameter(0x4b, "3.63", bits(1, { ccssCall: flag("A") })),
  forwardGvns: parameter(0x4c, "3.66", rest("octets")),
  backwardGvns: parameter(
    0x4d,
    "3.62",
    bits(1, { lastOctet: lastOctet("H"), terminatingAccess: enumerated("BA", terminatingAccess) }),
  ),
  redirectCapability: parameter(
    0x4e,
    "3.96",
    bits(1, { lastOctet: lastOctet("H"), possibleUntil: enumerated("CBA", possibleUntil) }),
  ),
  correlationId: parameter(0x65, "3.70", rest("octets")),
  scfId: parameter(0x66, "3.71", rest("octets")),
  callDiversionTreatmentIndicators: parameter(
    0x6e,
    "3.72",
    bits(1, { lastOctet: lastOctet("H"), callDiversion: enumerated("BA", callDiversion) }),
  ),
  callOfferingTreatmentIndicators: parameter(
    0x70,
    "3.74",
    bits(1, { lastOctet: lastOctet("H"), callOffering: enumerated("BA", callOffering) }),
  ),
  chargedPartyIdentification: parameter(0x71, "3.75", rest("octets")),
  conferenceTreatmentIndicators: parameter(
    0x72,
    "3.76",
    bits(1, { lastOctet: lastOctet("H"), acceptance: enumerated("BA", conferenceAcceptance) }),
  ),
  displayInformation: parameter(0x73, "3.77", rest("octets")),
  uidActionIndicators: parameter(
    0x74,
    "3.78",
    bits(1, { lastOctet: lastOctet("H"), throughConnect: flag("A"), stopT9: flag("B") }),
  ),
  uidCapabilityIndicators: parameter(
    0x75,
    "3.79",
    bits(1, { lastOctet: lastOctet("H"), throughConnectionPossible: flag("A"), stoppingT9Possible: flag("B") }),
  ),
  redirectCounter: parameter(0x77, "3.97", rest("octets")),
  applicationTransport: repeatable(
    0x78,
    "3.82",
    bits(1, { lastOctet: lastOctet("H"), applicationContext: enumerated("GFEDCBA", applicationContext) }),
    bits(1, { lastOctet: lastOctet("H"), releaseCall: flag("A"), sendNotification: flag("B") }),
    bits(1, { extension: extension("H"), newSequence: flag("G"), segmentsLeft: unsigned("FEDCBA") }),
    bitsIfExtended({ lastOctet: lastOctet("H"), segmentationLocalReference: unsigned("GFEDCBA") }),
    restIfPresent("encapsulated"),
  ),
  collectCallRequest: parameter(0x79, "3.81", bits(1, { collectCallRequested: flag("A") })),
  ccnrPossibleIndicator: parameter(0x7a, "3.83", bits(1, { ccnrPossible: flag("A") })),
  pivotCapability: parameter(
    0x7b,
    "3.84",
    bits(1, {
      lastOctet: lastOctet("H"),
      possibleUntil: enumerated("CBA", possibleUntil),
      interworkingToRedirectionNotAllowed: flag("G"),
    }),
  ),
  pivotRoutingIndicators: parameter(
    0x7c,
    "3.85",
    bits(1, { lastOctet: lastOctet("H"), pivotRouting: enumerated("GFEDCBA", pivotRouting) }),
  ),
  queryOnReleaseCapability: parameter(0x85, "3.91", bits(1, { lastOctet: lastOctet("H"), supported: flag("A") })),
  pivotStatus: parameter(
    0x86,
    "3.92",
    bits(1, { lastOctet: lastOctet("H"), status: enumerated("BA", invocationStatus) }),
  ),
  pivotCounter: parameter(0x87, "3.93", bits(1, { count: unsigned("EDCBA") })),
  pivotRoutingForwardInformation: parameter(0x88, "3.94", rest("octets")),
  pivotRoutingBackwardInformation: parameter(0x89, "3.95", rest("octets")),
  redirectStatus: parameter(
    0x8a,
    "3.98",
    bits(1, { lastOctet: lastOctet("H"), status: enumerated("BA", invocationStatus) }),
  ),
  redirectForwardInformation: parameter(0x8b, "3.99", rest("octets")),
  redirectBackwardInformation: parameter(0x8c, "3.100", rest("octets")),
  numberPortabilityForwardInformation: parameter(
    0x8d,
    "3.101",
    bits(1, { lastOctet: lastOctet("H"), portability: enumerated("DCBA", numberPortability) }),
  ),
} as const;
