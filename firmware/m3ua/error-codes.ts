import type { DecodeError, DecodeErrorKind } from "../result.ts";

/** What an ERR message can say (RFC 4666 3.8.1). */
export const errorCodes = {
  "invalid-version": 0x01,
  "unsupported-message-class": 0x03,
  "unsupported-message-type": 0x04,
  "unsupported-traffic-mode-type": 0x05,
  "unexpected-message": 0x06,
  "protocol-error": 0x07,
  "invalid-stream-identifier": 0x09,
  "refused-management-blocking": 0x0d,
  "asp-identifier-required": 0x0e,
  "invalid-asp-identifier": 0x0f,
  "invalid-parameter-value": 0x11,
  "parameter-field-error": 0x12,
  "unexpected-parameter": 0x13,
  "destination-status-unknown": 0x14,
  "invalid-network-appearance": 0x15,
  "missing-parameter": 0x16,
  "invalid-routing-context": 0x19,
  "no-configured-as-for-asp": 0x1a,
} as const;
export type ErrorCodeName = keyof typeof errorCodes;

const names = new Map<number, ErrorCodeName>(
  (Object.keys(errorCodes) as ErrorCodeName[]).map((name) => [errorCodes[name], name]),
);

/** Undefined: a code that RFC 4666 does not use. */
export function errorCodeName(code: number): ErrorCodeName | undefined {
  return names.get(code);
}

const byKind: Readonly<Record<DecodeErrorKind, ErrorCodeName>> = {
  truncated: "parameter-field-error",
  "bad-length": "parameter-field-error",
  "bad-pointer": "protocol-error",
  "bad-value": "invalid-parameter-value",
  missing: "missing-parameter",
  duplicate: "unexpected-parameter",
  "unknown-type": "unsupported-message-type",
  "unsupported-version": "invalid-version",
  "bad-syntax": "protocol-error",
  trailing: "protocol-error",
};

/** Errors of the message as a whole, by the element of the common header. */
const byHeaderElement: ReadonlyMap<string | undefined, ErrorCodeName> = new Map([
  ["messageClass", "unsupported-message-class"],
  ["messageLength", "protocol-error"],
  ["commonHeader", "protocol-error"],
]);

/** How the peer is told what was wrong with its octets. */
export function errorCodeFor(error: DecodeError): ErrorCodeName {
  return byHeaderElement.get(error.parameter) ?? byKind[error.kind];
}
