import type { SocketAddress, SocketFailure, SocketFailureKind } from "../socket-address.ts";

/** What an error of the host means for the socket at `place`. */
export function socketFailure(error: Error, { address, port }: SocketAddress): SocketFailure {
  const code = "code" in error ? String(error.code) : "";
  return { kind: kinds.get(code) ?? "failed", address, port, detail: error.message };
}

const kinds: ReadonlyMap<string, SocketFailureKind> = new Map([
  ["EADDRINUSE", "address-in-use"],
  ["EADDRNOTAVAIL", "address-not-available"],
  ["EACCES", "not-permitted"],
  ["EPERM", "not-permitted"],
  ["ECONNREFUSED", "refused"],
  ["ENETUNREACH", "unreachable"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETDOWN", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["ETIMEDOUT", "timed-out"],
  ["ECONNRESET", "reset"],
  ["ECONNABORTED", "reset"],
  ["EPIPE", "reset"],
]);
