/** Where a TCP or UDP socket is. Resolving names is not the firmware's business. */
export interface SocketAddress {
  /** An IPv4 or IPv6 address in its usual notation. To listen on: `0.0.0.0` or `::` is every address of the machine. */
  readonly address: string;
  /** 0 to 65535. To listen on: 0 is any free one. */
  readonly port: number;
}

/** Why a socket could not be had, or is no more. */
export interface SocketFailure extends SocketAddress {
  readonly kind: SocketFailureKind;
  /** What the host said, for people. */
  readonly detail?: string;
}

export type SocketFailureKind =
  /** Another socket has the address and port. */
  | "address-in-use"
  /** The address is not one of this machine's, or not an address at all. */
  | "address-not-available"
  /** The host does not let us, as for ports below 1024. */
  | "not-permitted"
  /** Nobody listens there. */
  | "refused"
  /** There is no way there. */
  | "unreachable"
  /** Nothing was heard from there for as long as the host waits. */
  | "timed-out"
  /** The peer broke the connection off. */
  | "reset"
  /** Anything else, such as too many open sockets. */
  | "failed";
