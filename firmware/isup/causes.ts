/** Cause values of Q.850 (05/1998). The clause is that of the class the cause belongs to. */

export interface Cause {
  readonly name: string;
  readonly clause: string;
}

const normal = "Q.850 2.2.7.1";
const resourceUnavailable = "Q.850 2.2.7.2";
const serviceUnavailable = "Q.850 2.2.7.3";
const serviceNotImplemented = "Q.850 2.2.7.4";
const invalidMessage = "Q.850 2.2.7.5";
const protocolError = "Q.850 2.2.7.6";
const interworking = "Q.850 2.2.7.7";

/** By cause number. */
export const causes: Readonly<Record<number, Cause>> = {
  1: { name: "unallocated number", clause: normal },
  2: { name: "no route to specified transit network", clause: normal },
  3: { name: "no route to destination", clause: normal },
  4: { name: "send special information tone", clause: normal },
  5: { name: "misdialled trunk prefix", clause: normal },
  6: { name: "channel unacceptable", clause: normal },
  7: { name: "call awarded and being delivered in an established channel", clause: normal },
  8: { name: "preemption", clause: normal },
  9: { name: "preemption, circuit reserved for reuse", clause: normal },
  14: { name: "query on release: ported number", clause: normal },
  16: { name: "normal call clearing", clause: normal },
  17: { name: "user busy", clause: normal },
  18: { name: "no user responding", clause: normal },
  19: { name: "no answer from user", clause: normal },
  20: { name: "subscriber absent", clause: normal },
  21: { name: "call rejected", clause: normal },
  22: { name: "number changed", clause: normal },
  23: { name: "redirection to new destination", clause: normal },
  24: { name: "call rejected due to feature at the destination", clause: normal },
  25: { name: "exchange routing error", clause: normal },
  26: { name: "non-selected user clearing", clause: normal },
  27: { name: "destination out of order", clause: normal },
  28: { name: "invalid number format", clause: normal },
  29: { name: "facility rejected", clause: normal },
  30: { name: "response to STATUS ENQUIRY", clause: normal },
  31: { name: "normal, unspecified", clause: normal },
  34: { name: "no circuit available", clause: resourceUnavailable },
  38: { name: "network out of order", clause: resourceUnavailable },
  39: { name: "permanent frame mode connection out of service", clause: resourceUnavailable },
  40: { name: "permanent frame mode connection operational", clause: resourceUnavailable },
  41: { name: "temporary failure", clause: resourceUnavailable },
  42: { name: "switching equipment congestion", clause: resourceUnavailable },
  43: { name: "access information discarded", clause: resourceUnavailable },
  44: { name: "requested circuit not available", clause: resourceUnavailable },
  46: { name: "precedence call blocked", clause: resourceUnavailable },
  47: { name: "resource unavailable, unspecified", clause: resourceUnavailable },
  49: { name: "quality of service not available", clause: serviceUnavailable },
  50: { name: "requested facility not subscribed", clause: serviceUnavailable },
  53: { name: "outgoing calls barred within closed user group", clause: serviceUnavailable },
  55: { name: "incoming calls barred within closed user group", clause: serviceUnavailable },
  57: { name: "bearer capability not authorized", clause: serviceUnavailable },
  58: { name: "bearer capability not presently available", clause: serviceUnavailable },
  62: {
    name: "inconsistency in designated outgoing access information and subscriber class",
    clause: serviceUnavailable,
  },
  63: { name: "service or option not available, unspecified", clause: serviceUnavailable },
  65: { name: "bearer capability not implemented", clause: serviceNotImplemented },
  66: { name: "channel type not implemented", clause: serviceNotImplemented },
  69: { name: "requested facility not implemented", clause: serviceNotImplemented },
  70: { name: "only restricted digital information bearer capability is available", clause: serviceNotImplemented },
  79: { name: "service or option not implemented, unspecified", clause: serviceNotImplemented },
  81: { name: "invalid call reference value", clause: invalidMessage },
  82: { name: "identified channel does not exist", clause: invalidMessage },
  83: { name: "a suspended call exists, but this call identity does not", clause: invalidMessage },
  84: { name: "call identity in use", clause: invalidMessage },
  85: { name: "no call suspended", clause: invalidMessage },
  86: { name: "call having the requested call identity has been cleared", clause: invalidMessage },
  87: { name: "user not member of closed user group", clause: invalidMessage },
  88: { name: "incompatible destination", clause: invalidMessage },
  90: { name: "non-existent closed user group", clause: invalidMessage },
  91: { name: "invalid transit network selection", clause: invalidMessage },
  95: { name: "invalid message, unspecified", clause: invalidMessage },
  96: { name: "mandatory information element is missing", clause: protocolError },
  97: { name: "message type non-existent or not implemented", clause: protocolError },
  98: {
    name: "message not compatible with call state, or message type non-existent or not implemented",
    clause: protocolError,
  },
  99: { name: "parameter non-existent or not implemented", clause: protocolError },
  100: { name: "invalid information element contents", clause: protocolError },
  101: { name: "message not compatible with call state", clause: protocolError },
  102: { name: "recovery on timer expiry", clause: protocolError },
  103: { name: "parameter non-existent or not implemented, passed on", clause: protocolError },
  110: { name: "message with unrecognized parameter, discarded", clause: protocolError },
  111: { name: "protocol error, unspecified", clause: protocolError },
  127: { name: "interworking, unspecified", clause: interworking },
};

/** Names alone, by cause number. */
export const causeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(causes).map(([number, { name }]) => [number, name]),
);
