/**
 * A watchdog of the machine. It runs from its opening on: once it has not been fed for its time, it restarts the machine, whatever has
 * become of this process.
 */
export interface Watchdog {
  /** @returns the name of the error, where it did not work */
  feed(): string | undefined;
  /** It is not needed any more: it restarts nobody after that. To be called when the card ends on purpose, and never else. */
  disarm(): void;
}
