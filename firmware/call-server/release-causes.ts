/** The Q.850 cause values that this node gives itself. */
export const releaseCause = {
  noRouteToDestination: 3,
  noAnswerFromUser: 19,
  exchangeRoutingError: 25,
  destinationOutOfOrder: 27,
  invalidNumberFormat: 28,
  normalUnspecified: 31,
  noCircuitAvailable: 34,
  temporaryFailure: 41,
  switchingEquipmentCongestion: 42,
  requestedCircuitNotAvailable: 44,
  messageTypeNotImplemented: 97,
  recoveryOnTimerExpiry: 102,
  protocolError: 111,
} as const;
