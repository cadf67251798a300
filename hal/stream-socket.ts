import type { SocketAddress, SocketFailure } from "./socket-address.ts";

/**
 * TCP. Nothing here blocks, and no listener is called from within a call of its owner. Small messages are not held back
 * to be sent together with later ones.
 */
export interface StreamSockets {
  /** Listens at `local`. The listener hears whether that could be had. */
  listen(local: SocketAddress, listener: StreamServerListener): StreamServer;

  /**
   * Connects to `remote`, from `localAddress` if one is given. Ends in `opened` or in `closed`; the host may try for
   * minutes, so a caller who will not wait that long closes.
   */
  connect(remote: SocketAddress, listener: StreamListener, localAddress?: string): StreamSocket;
}

export interface StreamServer {
  /** Listens no more; nothing is called any more. The streams that were accepted live on. */
  close(): void;
}

export interface StreamServerListener {
  /** It listens, at `local`: the port is the one that was chosen where 0 was asked for. */
  listening(local: SocketAddress): void;

  /** A peer has connected. The result hears of the stream, from `opened` on; undefined turns the peer away. */
  accepted(stream: StreamSocket, remote: SocketAddress): StreamListener | undefined;

  /** It does not listen (any more). The last call. The failure names the local address. */
  failed(failure: SocketFailure): void;
}

export interface StreamSocket {
  /**
   * Queues octets, which are copied: all of them, or none. "full" is back-pressure: the queue holds
   * `sendQueueOctetsMax` or more already, or the stream is not open yet; keep them and try when `writable` (or `opened`)
   * is called. "closed" is for ever, and `closed` has been called or is about to be.
   */
  send(octets: Uint8Array): "sent" | "full" | "closed";

  /**
   * Whether octets from the peer are taken; they are at first. While they are not, the listener gets none after the present turn, what
   * comes fills the queues between the two until the peer's `send` says "full", and the end of the stream may be told only when
   * reading goes on.
   */
  read(on: boolean): void;

  /** Ends the stream. What was sent before still goes to a peer that takes it; the listener hears nothing any more. */
  close(): void;
}

/** What the owner of a stream is told. */
export interface StreamListener {
  /** The stream is open. The first call, for streams that were accepted too. */
  opened(local: SocketAddress, remote: SocketAddress): void;
  /** Octets from the peer, in order, in pieces that mean nothing. The listener's to keep. */
  octets(octets: Uint8Array): void;
  /** The queue is empty again after `send` said "full" on an open stream. */
  writable(): void;
  /** The stream could not be opened or is no more: the peer has ended it, or a failure that names the remote address. The last call. */
  closed(reason: StreamEnd): void;
}

export type StreamEnd = { readonly kind: "ended" } | SocketFailure;

/** What a stream queues before it says "full". One message more can be in the queue. */
export const sendQueueOctetsMax = 256 * 1024;
