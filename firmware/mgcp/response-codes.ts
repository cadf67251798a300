/** Response codes (RFC 3435 2.4), and the cause (Q.850) that a call agent releases a call with when one refuses a command. */

export type ResponseClass =
  | "acknowledgement"
  | "provisional"
  | "success"
  | "transient-error"
  | "permanent-error"
  | "package-specific";

export interface ResponseCodeRow {
  readonly code: number;
  readonly meaning: string;
  /** Q.850 cause value of a call that fails by it; 0 for codes that do not fail a command. */
  readonly cause: number;
}

const noCircuit = 34; //            no circuit/channel available
const networkOutOfOrder = 38;
const temporaryFailure = 41;
const congestion = 42; //           switching equipment congestion
const circuitUnavailable = 44; //   requested circuit/channel not available
const noResource = 47; //           resource unavailable, unspecified
const bearerUnavailable = 58; //    bearer capability not presently available
const bearerUnsupported = 65; //    bearer capability not implemented
const facilityUnsupported = 69; //  requested facility not implemented
const protocolFailure = 111; //     protocol error, unspecified
const interworking = 127; //        interworking, unspecified

function row(code: number, meaning: string, cause = 0): ResponseCodeRow {
  return { code, meaning, cause };
}

export const responseCodes = {
  acknowledged: row(0, "response acknowledgement"),
  executing: row(100, "transaction is being executed"),
  queued: row(101, "transaction is queued for execution"),
  ok: row(200, "executed normally"),
  deleted: row(250, "connection was deleted"),

  unspecified: row(400, "unspecified transient error", temporaryFailure),
  alreadyOffHook: row(401, "phone is already off hook", temporaryFailure),
  alreadyOnHook: row(402, "phone is already on hook", temporaryFailure),
  noResourcesNow: row(403, "insufficient resources at this time", noResource),
  noBandwidthNow: row(404, "insufficient bandwidth at this time", noResource),
  endpointRestarting: row(405, "endpoint is restarting", temporaryFailure),
  transactionTimedOut: row(406, "transaction timed out", temporaryFailure),
  transactionAborted: row(407, "transaction aborted", temporaryFailure),
  overload: row(409, "overload", congestion),
  noEndpointAvailable: row(410, "no endpoint available", noCircuit),

  endpointUnknown: row(500, "endpoint is unknown", circuitUnavailable),
  endpointNotReady: row(501, "endpoint is not ready", circuitUnavailable),
  noResources: row(502, "insufficient resources", noResource),
  wildcardTooComplicated: row(503, "all-of wildcard is too complicated", protocolFailure),
  unsupportedCommand: row(504, "unknown or unsupported command", facilityUnsupported),
  unsupportedSession: row(505, "unsupported remote connection descriptor", bearerUnsupported),
  optionsAgainstSession: row(506, "local options and remote descriptor cannot both be met", bearerUnsupported),
  unsupportedFunction: row(507, "unsupported functionality", facilityUnsupported),
  unsupportedQuarantine: row(508, "unknown or unsupported quarantine handling", facilityUnsupported),
  badSession: row(509, "error in the remote connection descriptor", interworking),
  protocolError: row(510, "protocol error", protocolFailure),
  unrecognizedExtension: row(511, "unrecognized extension", protocolFailure),
  cannotDetect: row(512, "gateway cannot detect a requested event", facilityUnsupported),
  cannotGenerate: row(513, "gateway cannot generate a requested signal", facilityUnsupported),
  cannotAnnounce: row(514, "gateway cannot send the announcement", facilityUnsupported),
  badConnectionId: row(515, "incorrect connection identifier", temporaryFailure),
  badCallId: row(516, "unknown or incorrect call identifier", temporaryFailure),
  unsupportedMode: row(517, "unsupported or invalid mode", facilityUnsupported),
  unsupportedPackage: row(518, "unsupported or unknown package", facilityUnsupported),
  noDigitMap: row(519, "endpoint has no digit map", protocolFailure),
  endpointIsRestarting: row(520, "endpoint is restarting", temporaryFailure),
  redirected: row(521, "endpoint redirected to another call agent", temporaryFailure),
  noSuchEvent: row(522, "no such event or signal", facilityUnsupported),
  badAction: row(523, "unknown action or illegal combination of actions", protocolFailure),
  inconsistentOptions: row(524, "inconsistency in local connection options", protocolFailure),
  unknownOption: row(525, "unknown extension in local connection options", protocolFailure),
  noBandwidth: row(526, "insufficient bandwidth", noResource),
  missingSession: row(527, "missing remote connection descriptor", interworking),
  incompatibleVersion: row(528, "incompatible protocol version", networkOutOfOrder),
  hardwareFailure: row(529, "internal hardware failure", networkOutOfOrder),
  channelAssociatedSignalling: row(530, "channel associated signalling protocol error", interworking),
  trunkGroupFailure: row(531, "failure of a grouping of trunks", circuitUnavailable),
  unsupportedOptionValue: row(532, "unsupported value in local connection options", bearerUnavailable),
  responseTooLarge: row(533, "response too large", interworking),
  noCommonCodec: row(534, "codec negotiation failure", bearerUnsupported),
  unsupportedPacketization: row(535, "packetization period not supported", bearerUnsupported),
  unsupportedRestart: row(536, "unknown or unsupported restart method", protocolFailure),
  unsupportedDigitMap: row(537, "unknown or unsupported digit map extension", facilityUnsupported),
  badEventParameter: row(538, "event or signal parameter error", protocolFailure),
  badParameter: row(539, "invalid or unsupported command parameter", protocolFailure),
  tooManyConnections: row(540, "connection limit of the endpoint exceeded", circuitUnavailable),
  unsupportedOption: row(541, "invalid or unsupported local connection options", bearerUnavailable),
} as const satisfies Record<string, ResponseCodeRow>;

const rowsByCode = new Map<number, ResponseCodeRow>(Object.values(responseCodes).map((entry) => [entry.code, entry]));

/** Classes by the first digit of the code (2.4). */
const classes: readonly (ResponseClass | undefined)[] = [
  "acknowledgement",
  "provisional",
  "success",
  undefined,
  "transient-error",
  "permanent-error",
  undefined,
  undefined,
  "package-specific",
];

/** Undefined for codes that no class is defined for. */
export function responseClass(code: number): ResponseClass | undefined {
  return classes[Math.floor(code / 100)];
}

/** The row of a code; a code without a row means what the first of its class means (2.4). */
export function responseCode(code: number): ResponseCodeRow {
  const known = rowsByCode.get(code) ?? rowsByCode.get(Math.floor(code / 100) * 100);
  return known ?? row(code, "unknown response code", temporaryFailure);
}

/** The Q.850 cause for a call whose command was answered with this code; 0 when the code is not a failure. */
export function causeOf(code: number): number {
  return responseCode(code).cause;
}
