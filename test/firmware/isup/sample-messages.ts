/** One rich message of every type, as the call server would build it. */
import type { Message, MessageNamed, MessageType } from "../../../firmware/isup/dialect.ts";

const backwardCall = {
  charge: "charge",
  calledPartyStatus: "subscriber-free",
  calledPartyCategory: "ordinary-subscriber",
  endToEndMethod: "none",
  interworking: false,
  endToEndInformation: false,
  isdnUserPartAllTheWay: true,
  holding: false,
  isdnAccess: true,
  incomingEchoControlDevice: false,
  sccpMethod: "none",
} as const;
const called = {
  natureOfAddress: "international",
  internalNetworkNumberNotAllowed: true,
  numberingPlan: "isdn",
  digits: "41441234567",
} as const;
const calling = {
  natureOfAddress: "national",
  numberIncomplete: false,
  numberingPlan: "isdn",
  presentation: "restricted",
  screening: "network-provided",
  digits: "3012345678",
} as const;
const connected = {
  natureOfAddress: "international",
  numberingPlan: "isdn",
  presentation: "allowed",
  screening: "network-provided",
  digits: "41441234568",
} as const;
const redirecting = {
  natureOfAddress: "international",
  numberingPlan: "isdn",
  presentation: "allowed",
  digits: "4930555",
} as const;
const notification = { notification: "call-is-diverting" } as const;
const cause = { codingStandard: "itu-t", location: "transit-network", cause: 17 } as const;
const accessTransport = { informationElements: Uint8Array.of(0x7d, 0x02, 0x91, 0x81) };
const userToUser = { protocolDiscriminator: 4, information: Uint8Array.of(0x48, 0x69) };
const compatibility = {
  instructions: [
    {
      parameterCode: 0xe1,
      endNodeInterpretation: false,
      releaseCall: false,
      sendNotification: true,
      discardMessage: false,
      discardParameter: true,
      passOnNotPossible: "discard-parameter",
    },
  ],
} as const;
const messageCompatibility = {
  endNodeInterpretation: false,
  releaseCall: false,
  sendNotification: true,
  discardMessage: false,
  passOnNotPossible: "discard-information",
  broadbandInterworking: "pass-on",
} as const;
const echoControl = {
  outgoingDevice: "included",
  incomingDevice: "no-information",
  outgoingRequest: "no-information",
  incomingRequest: "activate",
} as const;
const unknown = [] as const;
const maintenance = { circuitGroupSupervisionMessageType: { type: "maintenance" } } as const;
const eightOfThem = { rangeAndStatus: { range: 7, status: Uint8Array.of(0b1010_0101) } };
const callReference = { callReference: { callIdentity: 0x010203, signallingPointCode: 0x1234 } };
const facility = {
  facilityIndicator: { facility: 2 },
  userToUserIndicators: {
    response: false,
    service1: 0,
    service2: 0,
    service3: "request-not-essential",
    discardedByNetwork: false,
  },
} as const;

type Parameters = { readonly [T in MessageType]: MessageNamed<T>["parameters"] };

const parameters: Parameters = {
  IAM: {
    natureOfConnectionIndicators: {
      satelliteCircuits: "one",
      continuityCheck: "not-required",
      outgoingEchoControlDevice: true,
    },
    forwardCallIndicators: {
      internationalCall: true,
      endToEndMethod: "none",
      interworking: false,
      endToEndInformation: false,
      isdnUserPartAllTheWay: true,
      isdnUserPartPreference: "preferred",
      isdnAccess: true,
      sccpMethod: "none",
      portedNumberTranslated: false,
      queryOnReleaseAttempt: false,
    },
    callingPartyCategory: { category: "ordinary" },
    transmissionMediumRequirement: { medium: "3.1-khz-audio" },
    calledPartyNumber: called,
    callingPartyNumber: calling,
    optionalForwardCallIndicators: {
      closedUserGroupCall: "outgoing-access-allowed",
      simpleSegmentation: false,
      connectedLineIdentityRequest: true,
    },
    redirectingNumber: redirecting,
    redirectionInformation: {
      redirectingIndicator: "diverted",
      originalRedirectionReason: "user-busy",
      redirectionCounter: 2,
      redirectingReason: "no-reply",
    },
    closedUserGroupInterlockCode: { networkIdentity: "0490", binaryCode: 0x1234 },
    originalCalledNumber: redirecting,
    userToUserInformation: userToUser,
    accessTransport,
    userServiceInformation: {
      codingStandard: "itu-t",
      informationTransferCapability: "3.1-khz-audio",
      transferMode: "circuit",
      informationTransferRate: "64-kbit",
      layers: Uint8Array.of(0xa3),
    },
    genericNumber: [
      { numberQualifier: "additional-calling", ...calling },
      { numberQualifier: "additional-called", ...calling, digits: "123" },
    ],
    propagationDelayCounter: { propagationDelayMillis: 30 },
    parameterCompatibilityInformation: compatibility,
    genericNotificationIndicator: [notification],
    locationNumber: {
      natureOfAddress: "national",
      internalNetworkNumberNotAllowed: true,
      numberingPlan: "isdn",
      presentation: "allowed",
      screening: "network-provided",
      digits: "30123",
    },
    networkManagementControls: { temporaryAlternativeRouting: true },
    echoControlInformation: echoControl,
    hopCounter: { hopsLeft: 15 },
  },
  ACM: {
    backwardCallIndicators: backwardCall,
    optionalBackwardCallIndicators: {
      inBandInformation: true,
      callDiversionMayOccur: true,
      simpleSegmentation: false,
      mlppUser: false,
    },
    causeIndicators: cause,
    userToUserInformation: userToUser,
    accessTransport,
    genericNotificationIndicator: [notification],
    transmissionMediumUsed: { medium: "speech" },
    echoControlInformation: echoControl,
    accessDeliveryInformation: { noSetupMessageGenerated: true },
    redirectionNumber: called,
    callDiversionInformation: {
      notificationSubscription: "presentation-allowed-with-number",
      redirectingReason: "unconditional",
    },
    redirectionNumberRestriction: { presentation: "restricted" },
  },
  CPG: {
    eventInformation: { event: "alerting", presentationRestricted: false },
    backwardCallIndicators: backwardCall,
    genericNotificationIndicator: [notification, { notification: "call-waiting" }],
    connectedNumber: connected,
  },
  ANM: {
    backwardCallIndicators: backwardCall,
    connectedNumber: connected,
    callHistoryInformation: { propagationDelayMillis: 260 },
    genericNumber: [{ numberQualifier: "additional-connected", ...calling }],
  },
  CON: { backwardCallIndicators: backwardCall, connectedNumber: connected, accessTransport },
  REL: {
    causeIndicators: { ...cause, diagnostics: Uint8Array.of(0xe1) },
    automaticCongestionLevel: { level: 1 },
    parameterCompatibilityInformation: compatibility,
  },
  RLC: { causeIndicators: cause },
  SAM: { subsequentNumber: { digits: "89f" } },
  SUS: { suspendResumeIndicators: { initiator: "network" }, ...callReference },
  RES: { suspendResumeIndicators: { initiator: "subscriber" }, ...callReference },
  FOT: callReference,
  INR: {
    informationRequestIndicators: {
      callingPartyAddress: true,
      holding: false,
      callingPartyCategory: true,
      chargeInformation: false,
      maliciousCallIdentification: false,
    },
    ...callReference,
  },
  INF: {
    informationIndicators: {
      callingPartyAddress: "included",
      holdingProvided: false,
      callingPartyCategoryIncluded: true,
      chargeInformationIncluded: false,
      unsolicited: false,
    },
    callingPartyCategory: { category: "priority" },
    callingPartyNumber: calling,
  },
  COT: { continuityIndicators: { continuityCheckSuccessful: true } },
  CFN: { causeIndicators: { ...cause, cause: 99, diagnostics: Uint8Array.of(0xe1) } },
  USR: { userToUserInformation: userToUser, accessTransport },
  CGB: { ...maintenance, ...eightOfThem },
  CGBA: { ...maintenance, ...eightOfThem },
  CGU: { ...maintenance, ...eightOfThem },
  CGUA: { ...maintenance, ...eightOfThem },
  GRS: { rangeAndStatus: { range: 30 } },
  GRA: eightOfThem,
  CQM: { rangeAndStatus: { range: 1 } },
  CQR: {
    rangeAndStatus: { range: 1 },
    circuitStateIndicator: {
      circuits: [
        { maintenanceBlocking: "local", callProcessing: "idle", hardwareBlocking: "not-blocked" },
        { maintenanceBlocking: "both-or-unequipped", callProcessing: 0, hardwareBlocking: "not-blocked" },
      ],
    },
  },
  FAC: { messageCompatibilityInformation: messageCompatibility, genericNotificationIndicator: [notification] },
  FAR: facility,
  FAA: facility,
  FRJ: { facilityIndicator: { facility: 2 }, causeIndicators: cause },
  NRM: { messageCompatibilityInformation: messageCompatibility, echoControlInformation: echoControl },
  SGM: { accessTransport, genericNumber: [{ numberQualifier: "additional-calling", ...calling }] },
  UPT: { parameterCompatibilityInformation: compatibility },
  UPA: { parameterCompatibilityInformation: compatibility },
  IDR: { mcidRequestIndicators: { mcidRequested: true, holdingRequested: false } },
  IRS: { mcidResponseIndicators: { mcidIncluded: true, holdingProvided: false }, callingPartyNumber: calling },
  LOP: {
    callTransferReference: { reference: 5 },
    loopPreventionIndicators: { type: "request", response: 0 },
  },
  APM: {
    messageCompatibilityInformation: messageCompatibility,
    applicationTransport: [
      {
        applicationContext: "charging",
        releaseCall: false,
        sendNotification: true,
        newSequence: true,
        segmentsLeft: 0,
        encapsulated: Uint8Array.of(0, 1, 2),
      },
    ],
  },
  BLO: {},
  BLA: {},
  UBL: {},
  UBA: {},
  CCR: {},
  LPA: {},
  OLM: {},
  RSC: {},
  UCIC: {},
};

/** By type; `code` is filled in by the message table and is of no meaning to the encoder. */
export const sampleMessages: readonly Message[] = Object.entries(parameters).map(
  ([type, values]) => ({ type, code: 0, parameters: values, unknown }) as unknown as Message,
);

/** The sample of one type. */
export function sampleOf<T extends MessageType>(type: T): MessageNamed<T> {
  return { type, code: 0, parameters: parameters[type], unknown } as unknown as MessageNamed<T>;
}
