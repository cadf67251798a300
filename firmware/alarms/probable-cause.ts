/** Probable causes (X.733 8.1.2.1; of the last X.736 8.1.2.1), those that a card knows, each with the type of its event (X.733 8.1.1). */

export type AlarmEventType =
  | "communications"
  | "quality of service"
  | "processing error"
  | "equipment"
  /** X.736: security service or mechanism violation. */
  | "security";

export const probableCauses = {
  communicationsSubsystemFailure: "communications",
  lossOfSignal: "communications",
  transmitFailure: "communications",
  congestion: "quality of service",
  performanceDegraded: "quality of service",
  configurationOrCustomizationError: "processing error",
  softwareError: "processing error",
  storageCapacityProblem: "processing error",
  underlyingResourceUnavailable: "processing error",
  versionMismatch: "processing error",
  equipmentMalfunction: "equipment",
  receiveFailure: "equipment",
  timingProblem: "equipment",
  authenticationFailure: "security",
} as const satisfies Readonly<Record<string, AlarmEventType>>;

export type ProbableCause = keyof typeof probableCauses;
