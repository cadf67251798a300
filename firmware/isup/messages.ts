/** The message table of Q.763 (12/1999), clause 4. Parameters stand in the order of its tables. */
import { message } from "./message-table.ts";

export const addressComplete = message("ACM", 0x06, "table 21", {
  fixed: ["backwardCallIndicators"],
  optional: [
    "optionalBackwardCallIndicators",
    "callReference",
    "causeIndicators",
    "userToUserIndicators",
    "userToUserInformation",
    "accessTransport",
    "genericNotificationIndicator",
    "transmissionMediumUsed",
    "echoControlInformation",
    "accessDeliveryInformation",
    "redirectionNumber",
    "parameterCompatibilityInformation",
    "callDiversionInformation",
    "networkSpecificFacility",
    "remoteOperations",
    "serviceActivation",
    "redirectionNumberRestriction",
    "conferenceTreatmentIndicators",
    "uidActionIndicators",
    "applicationTransport",
    "ccnrPossibleIndicator",
    "htrInformation",
    "pivotRoutingBackwardInformation",
    "redirectStatus",
  ],
});

export const answer = message("ANM", 0x09, "table 22", {
  optional: [
    "backwardCallIndicators",
    "optionalBackwardCallIndicators",
    "callReference",
    "userToUserIndicators",
    "userToUserInformation",
    "connectedNumber",
    "accessTransport",
    "accessDeliveryInformation",
    "genericNotificationIndicator",
    "parameterCompatibilityInformation",
    "backwardGvns",
    "callHistoryInformation",
    "genericNumber",
    "transmissionMediumUsed",
    "networkSpecificFacility",
    "remoteOperations",
    "redirectionNumber",
    "serviceActivation",
    "echoControlInformation",
    "redirectionNumberRestriction",
    "displayInformation",
    "conferenceTreatmentIndicators",
    "applicationTransport",
    "pivotRoutingBackwardInformation",
    "redirectStatus",
  ],
});

export const callProgress = message("CPG", 0x2c, "table 23", {
  fixed: ["eventInformation"],
  optional: [
    "causeIndicators",
    "callReference",
    "backwardCallIndicators",
    "optionalBackwardCallIndicators",
    "accessTransport",
    "userToUserIndicators",
    "redirectionNumber",
    "userToUserInformation",
    "genericNotificationIndicator",
    "networkSpecificFacility",
    "remoteOperations",
    "transmissionMediumUsed",
    "accessDeliveryInformation",
    "parameterCompatibilityInformation",
    "callDiversionInformation",
    "serviceActivation",
    "redirectionNumberRestriction",
    "callTransferNumber",
    "echoControlInformation",
    "connectedNumber",
    "backwardGvns",
    "genericNumber",
    "callHistoryInformation",
    "conferenceTreatmentIndicators",
    "uidActionIndicators",
    "applicationTransport",
    "ccnrPossibleIndicator",
    "pivotRoutingBackwardInformation",
    "redirectStatus",
  ],
});

export const circuitGroupQueryResponse = message("CQR", 0x2b, "table 24", {
  variable: ["rangeAndStatus", "circuitStateIndicator"],
});

export const circuitGroupResetAcknowledgement = message("GRA", 0x29, "table 25", { variable: ["rangeAndStatus"] });

export const confusion = message("CFN", 0x2f, "table 26", { variable: ["causeIndicators"], optional: [] });

export const connect = message("CON", 0x07, "table 27", {
  fixed: ["backwardCallIndicators"],
  optional: [
    "optionalBackwardCallIndicators",
    "connectedNumber",
    "callReference",
    "userToUserIndicators",
    "userToUserInformation",
    "accessTransport",
    "networkSpecificFacility",
    "genericNotificationIndicator",
    "remoteOperations",
    "transmissionMediumUsed",
    "echoControlInformation",
    "accessDeliveryInformation",
    "callHistoryInformation",
    "parameterCompatibilityInformation",
    "backwardGvns",
    "genericNumber",
    "redirectionNumber",
    "serviceActivation",
    "redirectionNumberRestriction",
    "conferenceTreatmentIndicators",
    "applicationTransport",
    "htrInformation",
    "pivotRoutingBackwardInformation",
    "redirectStatus",
  ],
});

export const continuity = message("COT", 0x05, "table 28", { fixed: ["continuityIndicators"] });

export const information = message("INF", 0x04, "clause 4", {
  fixed: ["informationIndicators"],
  optional: [
    "callingPartyCategory",
    "callingPartyNumber",
    "callReference",
    "connectionRequest",
    "parameterCompatibilityInformation",
    "networkSpecificFacility",
  ],
});

export const informationRequest = message("INR", 0x03, "clause 4", {
  fixed: ["informationRequestIndicators"],
  optional: ["callReference", "networkSpecificFacility", "parameterCompatibilityInformation"],
});

export const initialAddress = message("IAM", 0x01, "table 32", {
  fixed: [
    "natureOfConnectionIndicators",
    "forwardCallIndicators",
    "callingPartyCategory",
    "transmissionMediumRequirement",
  ],
  variable: ["calledPartyNumber"],
  optional: [
    "transitNetworkSelection",
    "callReference",
    "callingPartyNumber",
    "optionalForwardCallIndicators",
    "redirectingNumber",
    "redirectionInformation",
    "closedUserGroupInterlockCode",
    "connectionRequest",
    "originalCalledNumber",
    "userToUserInformation",
    "accessTransport",
    "userServiceInformation",
    "userToUserIndicators",
    "genericNumber",
    "propagationDelayCounter",
    "userServiceInformationPrime",
    "networkSpecificFacility",
    "genericDigits",
    "originationIscPointCode",
    "userTeleserviceInformation",
    "remoteOperations",
    "parameterCompatibilityInformation",
    "genericNotificationIndicator",
    "serviceActivation",
    "mlppPrecedence",
    "transmissionMediumRequirementPrime",
    "locationNumber",
    "forwardGvns",
    "ccss",
    "networkManagementControls",
    "circuitAssignmentMap",
    "correlationId",
    "callDiversionTreatmentIndicators",
    "calledInNumber",
    "callOfferingTreatmentIndicators",
    "conferenceTreatmentIndicators",
    "scfId",
    "uidCapabilityIndicators",
    "echoControlInformation",
    "hopCounter",
    "collectCallRequest",
    "applicationTransport",
    "pivotCapability",
    "calledDirectoryNumber",
    "originalCalledInNumber",
    "callingGeodeticLocation",
    "networkRoutingNumber",
    "queryOnReleaseCapability",
    "pivotCounter",
    "pivotRoutingForwardInformation",
    "redirectCapability",
    "redirectCounter",
    "redirectStatus",
    "redirectForwardInformation",
    "numberPortabilityForwardInformation",
  ],
});

export const release = message("REL", 0x0c, "table 33", {
  variable: ["causeIndicators"],
  optional: [
    "redirectionInformation",
    "redirectionNumber",
    "accessTransport",
    "signallingPointCode",
    "userToUserInformation",
    "automaticCongestionLevel",
    "networkSpecificFacility",
    "accessDeliveryInformation",
    "parameterCompatibilityInformation",
    "userToUserIndicators",
    "displayInformation",
    "remoteOperations",
    "htrInformation",
    "redirectCounter",
    "redirectBackwardInformation",
  ],
});

export const releaseComplete = message("RLC", 0x10, "table 34", { optional: ["causeIndicators"] });

export const subsequentAddress = message("SAM", 0x02, "table 35", { variable: ["subsequentNumber"], optional: [] });

export const userToUserInformation = message("USR", 0x2d, "table 36", {
  variable: ["userToUserInformation"],
  optional: ["accessTransport"],
});

export const forwardTransfer = message("FOT", 0x08, "table 37", { optional: ["callReference"] });

export const suspend = message("SUS", 0x0d, "table 38", {
  fixed: ["suspendResumeIndicators"],
  optional: ["callReference"],
});
export const resume = message("RES", 0x0e, "table 38", {
  fixed: ["suspendResumeIndicators"],
  optional: ["callReference"],
});

export const blocking = message("BLO", 0x13, "table 39", {});
export const blockingAcknowledgement = message("BLA", 0x15, "table 39", {});
export const continuityCheckRequest = message("CCR", 0x11, "table 39", {});
export const loopBackAcknowledgement = message("LPA", 0x24, "table 39", {});
export const overload = message("OLM", 0x30, "table 39", {});
export const resetCircuit = message("RSC", 0x12, "table 39", {});
export const unblocking = message("UBL", 0x14, "table 39", {});
export const unblockingAcknowledgement = message("UBA", 0x16, "table 39", {});
export const unequippedCircuit = message("UCIC", 0x2e, "table 39", {});

const groupSupervision = {
  fixed: ["circuitGroupSupervisionMessageType"],
  variable: ["rangeAndStatus"],
} as const;
export const circuitGroupBlocking = message("CGB", 0x18, "table 40", groupSupervision);
export const circuitGroupBlockingAcknowledgement = message("CGBA", 0x1a, "table 40", groupSupervision);
export const circuitGroupUnblocking = message("CGU", 0x19, "table 40", groupSupervision);
export const circuitGroupUnblockingAcknowledgement = message("CGUA", 0x1b, "table 40", groupSupervision);

export const circuitGroupReset = message("GRS", 0x17, "table 41", { variable: ["rangeAndStatus"] });
export const circuitGroupQuery = message("CQM", 0x2a, "table 41", { variable: ["rangeAndStatus"] });

export const facility = message("FAC", 0x33, "clause 4", {
  optional: [
    "messageCompatibilityInformation",
    "parameterCompatibilityInformation",
    "remoteOperations",
    "serviceActivation",
    "callTransferNumber",
    "accessTransport",
    "genericNotificationIndicator",
    "redirectionNumber",
    "pivotRoutingIndicators",
    "pivotStatus",
    "pivotCounter",
    "pivotRoutingBackwardInformation",
    "redirectStatus",
  ],
});

export const networkResourceManagement = message("NRM", 0x32, "clause 4", {
  optional: ["messageCompatibilityInformation", "parameterCompatibilityInformation", "echoControlInformation"],
});

export const segmentation = message("SGM", 0x38, "clause 4", {
  optional: [
    "accessTransport",
    "userToUserInformation",
    "messageCompatibilityInformation",
    "genericDigits",
    "genericNotificationIndicator",
    "genericNumber",
  ],
});

export const userPartTest = message("UPT", 0x34, "clause 4", { optional: ["parameterCompatibilityInformation"] });
export const userPartAvailable = message("UPA", 0x35, "clause 4", { optional: ["parameterCompatibilityInformation"] });

export const facilityRequest = message("FAR", 0x1f, "clause 4", {
  fixed: ["facilityIndicator"],
  optional: ["userToUserIndicators", "callReference", "connectionRequest", "parameterCompatibilityInformation"],
});
export const facilityAccepted = message("FAA", 0x20, "clause 4", {
  fixed: ["facilityIndicator"],
  optional: ["userToUserIndicators", "callReference", "connectionRequest", "parameterCompatibilityInformation"],
});
export const facilityReject = message("FRJ", 0x21, "clause 4", {
  fixed: ["facilityIndicator"],
  variable: ["causeIndicators"],
  optional: ["userToUserIndicators"],
});

export const identificationRequest = message("IDR", 0x36, "clause 4", {
  optional: ["mcidRequestIndicators", "messageCompatibilityInformation", "parameterCompatibilityInformation"],
});
export const identificationResponse = message("IRS", 0x37, "clause 4", {
  optional: [
    "mcidResponseIndicators",
    "messageCompatibilityInformation",
    "parameterCompatibilityInformation",
    "callingPartyNumber",
    "accessTransport",
    "genericNumber",
    "chargedPartyIdentification",
  ],
});

export const loopPrevention = message("LOP", 0x40, "clause 4", {
  optional: [
    "messageCompatibilityInformation",
    "parameterCompatibilityInformation",
    "callTransferReference",
    "loopPreventionIndicators",
  ],
});

export const applicationTransport = message("APM", 0x41, "clause 4", {
  optional: ["messageCompatibilityInformation", "parameterCompatibilityInformation", "applicationTransport"],
});

export const messages = [
  addressComplete,
  answer,
  applicationTransport,
  blocking,
  blockingAcknowledgement,
  callProgress,
  circuitGroupBlocking,
  circuitGroupBlockingAcknowledgement,
  circuitGroupQuery,
  circuitGroupQueryResponse,
  circuitGroupReset,
  circuitGroupResetAcknowledgement,
  circuitGroupUnblocking,
  circuitGroupUnblockingAcknowledgement,
  confusion,
  connect,
  continuity,
  continuityCheckRequest,
  facility,
  facilityAccepted,
  facilityReject,
  facilityRequest,
  forwardTransfer,
  identificationRequest,
  identificationResponse,
  information,
  informationRequest,
  initialAddress,
  loopBackAcknowledgement,
  loopPrevention,
  networkResourceManagement,
  overload,
  release,
  releaseComplete,
  resetCircuit,
  resume,
  segmentation,
  subsequentAddress,
  suspend,
  unblocking,
  unblockingAcknowledgement,
  unequippedCircuit,
  userPartAvailable,
  userPartTest,
  userToUserInformation,
] as const;

/**
 * Codes that Q.763 table 4 gives to a message, or keeps from an older edition, and that have no row here:
 * a message of such a type is recognized, one of any other type is not (Q.764 2.9.5.3).
 */
export const knownWithoutRow: ReadonlyMap<number, string> = new Map([
  [0x27, "DRS"],
  [0x28, "PAM"],
  [0x31, "CRG"],
  [0x42, "PRI"],
  [0x43, "SDM"],
]);
