export interface SerialLineListener {
  /** Octets as they come; valid during the call only. */
  octets(octets: Uint8Array): void;
  /** The line is gone: unplugged, or the other end has hung up. Nothing follows. */
  closed(reason: string): void;
  /** What waited has gone, after a `write` that returned false. */
  writable?(): void;
}

/** A serial line that is open. What is written is sent in its order. */
export interface SerialLine {
  /** False: so much waits that the owner should write no more until it has gone. What is handed over is sent all the same. */
  write(octets: Uint8Array): boolean;
  listen(listener: SerialLineListener): void;
  close(): void;
}
