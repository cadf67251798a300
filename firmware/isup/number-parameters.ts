/** Parameters that carry the address of somebody or something. */
import { enumerated, flag, oddEven, unsigned } from "./bit-field.ts";
import { bits, digits, hex, number, rest } from "./format.ts";
import { parameter, repeatable } from "./parameter.ts";

/** Q.763 3.9 b) and 3.10 b); 112 to 126 are national. */
export const natureOfAddress = {
  1: "subscriber",
  2: "unknown",
  3: "national",
  4: "international",
  5: "network-specific",
  6: "network-routing-national",
  7: "network-routing-network-specific",
  8: "network-routing-with-called-directory-number",
} as const;

/** Q.763 3.9 d). */
export const numberingPlan = { 0: "unknown", 1: "isdn", 3: "data", 4: "telex", 5: "private" } as const;

/** Q.763 3.10 e). */
export const addressPresentation = { 0: "allowed", 1: "restricted", 2: "not-available" } as const;

/** Q.763 3.10 f). */
export const screening = {
  0: "user-provided-not-verified",
  1: "user-provided-passed",
  2: "user-provided-failed",
  3: "network-provided",
} as const;

/** Q.763 3.26 a). */
export const numberQualifier = {
  0: "dialled-digits",
  1: "additional-called",
  2: "supplemental-calling-failed-screening",
  3: "supplemental-calling-not-screened",
  4: "redirecting-terminating",
  5: "additional-connected",
  6: "additional-calling",
  7: "additional-original-called",
  8: "additional-redirecting",
  9: "additional-redirection",
} as const;

const presentationRestricted = { 0: "allowed", 1: "restricted" } as const;
const networkIdentification = { 0: "itu-t", 2: "national" } as const;

const firstOctet = { oddEven: oddEven("H"), natureOfAddress: enumerated("GFEDCBA", natureOfAddress) };
const plan = { numberingPlan: enumerated("ONM", numberingPlan) };
const presentation = { presentation: enumerated("LK", addressPresentation) };
const screened = { screening: enumerated("JI", screening) };

const called = bits(2, { ...firstOctet, internalNetworkNumberNotAllowed: flag("P"), ...plan });
const calling = bits(2, { ...firstOctet, numberIncomplete: flag("P"), ...plan, ...presentation, ...screened });
const located = bits(2, {
  ...firstOctet,
  internalNetworkNumberNotAllowed: flag("P"),
  ...plan,
  ...presentation,
  ...screened,
});
const connected = bits(2, { ...firstOctet, ...plan, ...presentation, ...screened });
const redirecting = bits(2, { ...firstOctet, ...plan, ...presentation });
const planOnly = bits(2, { ...firstOctet, ...plan });

export const numberParameters = {
  calledPartyNumber: parameter(0x04, "3.9", called, digits("digits")),
  subsequentNumber: parameter(0x05, "3.51", bits(1, { oddEven: oddEven("H") }), digits("digits")),
  callingPartyNumber: parameter(0x0a, "3.10", calling, digits("digits")),
  redirectingNumber: parameter(0x0b, "3.44", redirecting, digits("digits")),
  redirectionNumber: parameter(0x0c, "3.46", called, digits("digits")),
  connectedNumber: parameter(0x21, "3.16", connected, digits("digits")),
  transitNetworkSelection: parameter(
    0x23,
    "3.53",
    bits(1, {
      oddEven: oddEven("H"),
      typeOfNetworkIdentification: enumerated("GFE", networkIdentification),
      networkIdentificationPlan: unsigned("DCBA"),
    }),
    digits("digits"),
  ),
  originalCalledNumber: parameter(0x28, "3.39", redirecting, digits("digits")),
  locationNumber: parameter(0x3f, "3.30", located, digits("digits")),
  redirectionNumberRestriction: parameter(
    0x40,
    "3.47",
    bits(1, { presentation: enumerated("BA", presentationRestricted) }),
  ),
  callTransferNumber: parameter(0x45, "3.64", connected, digits("digits")),
  calledInNumber: parameter(0x6f, "3.73", redirecting, digits("digits")),
  calledDirectoryNumber: parameter(0x7d, "3.86", called, digits("digits")),
  originalCalledInNumber: parameter(0x7f, "3.87", redirecting, digits("digits")),
  htrInformation: parameter(0x82, "3.89", planOnly, digits("digits")),
  networkRoutingNumber: parameter(
    0x84,
    "3.90",
    bits(1, {
      oddEven: oddEven("H"),
      numberingPlan: enumerated("GFE", numberingPlan),
      natureOfAddress: unsigned("DCBA"),
    }),
    digits("digits"),
  ),
  genericNumber: repeatable(
    0xc0,
    "3.26",
    bits(1, { numberQualifier: enumerated("HGFEDCBA", numberQualifier) }),
    calling,
    digits("digits"),
  ),
  genericDigits: repeatable(
    0xc1,
    "3.24",
    bits(1, { encodingScheme: unsigned("HGF"), typeOfDigits: unsigned("EDCBA") }),
    rest("octets"),
  ),
  callReference: parameter(
    0x01,
    "3.8",
    number("callIdentity", 3),
    bits(2, { signallingPointCode: unsigned("NMLKJIHGFEDCBA") }),
  ),
  signallingPointCode: parameter(0x1e, "3.50", bits(2, { signallingPointCode: unsigned("NMLKJIHGFEDCBA") })),
  originationIscPointCode: parameter(0x2b, "3.40", bits(2, { signallingPointCode: unsigned("NMLKJIHGFEDCBA") })),
  closedUserGroupInterlockCode: parameter(0x1a, "3.15", hex("networkIdentity", 2), number("binaryCode", 2)),
  callingGeodeticLocation: parameter(
    0x81,
    "3.88",
    bits(1, { presentation: enumerated("DC", addressPresentation), screening: enumerated("BA", screening) }),
    rest("shape"),
  ),
} as const;
