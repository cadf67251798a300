import type { SocketAddress, SocketFailure } from "./socket-address.ts";

/** UDP. Nothing here blocks, and no listener is called from within a call of its owner. */
export interface DatagramSockets {
  /** Binds a socket to `local`. The listener hears whether that could be had. */
  bind(local: SocketAddress, listener: DatagramListener): DatagramSocket;
}

export interface DatagramSocket {
  /**
   * Sends one datagram, of which the octets are copied. "sent" promises no more than UDP does: it may be lost, also
   * because `to` is no address or cannot be reached. "full" is back-pressure: as much as the host should hold is waiting,
   * or the socket is not bound yet; this datagram is not sent. "too-long": more than `datagramOctetsMax`.
   * "closed": after `close` or `failed`.
   */
  send(octets: Uint8Array, to: SocketAddress): "sent" | "full" | "too-long" | "closed";

  /** Gives the port back; nothing is called any more. */
  close(): void;
}

/** What the owner of a datagram socket is told. */
export interface DatagramListener {
  /** It is bound, to `local`: the port is the one that was chosen where 0 was asked for. The first call. */
  bound(local: SocketAddress): void;
  /** A datagram, as it was sent; the octets are the listener's to keep. */
  datagram(octets: Uint8Array, from: SocketAddress): void;
  /** It could not be bound, or is no more. The last call. The failure names the local address. */
  failed(failure: SocketFailure): void;
}

/** The longest datagram that UDP carries over IPv4. */
export const datagramOctetsMax = 65_507;
