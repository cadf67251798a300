import type { Outcome } from "./outcome.ts";

/**
 * Files that only grow (call detail records) and outlive a restart of the card. Names are 1 to 64 of `a-z 0-9 . _ -`, not beginning
 * with a dot. Text is kept as UTF-8.
 *
 * When a call has returned, its effect outlives the process, however that ends. A power cut may take the latest appends, and leave
 * the last one half there. What has to outlive that too is a value: value-store.ts.
 */
export interface Storage {
  /** Adds to the end of the file, which comes to be with it: all of `content`, or on failure nothing. */
  append(name: string, content: Uint8Array | string): StorageOutcome<void>;

  /** At most `octetsMax` octets of the file from `offset` on; none at or beyond its end. The caller owns them. */
  read(name: string, offset: number, octetsMax: number): StorageOutcome<Uint8Array>;

  /** Cuts the file off behind its first `octets`. A shorter file stays as it is. */
  truncate(name: string, octets: number): StorageOutcome<void>;
}

export type StorageOutcome<T> = Outcome<T, StorageFailure>;

export interface StorageFailure {
  readonly kind: StorageFailureKind;
  /** The file or value concerned. */
  readonly name: string;
  /** What the host said, for people. */
  readonly detail?: string;
}

export type StorageFailureKind =
  /** There is no such file or value. */
  | "not-found"
  /** No room for it. */
  | "full"
  /** Not a name as described above. */
  | "bad-name"
  /** It is there, but it is not what was stored. */
  | "corrupt"
  /** The host does not let us. */
  | "not-permitted"
  /** The device fails. */
  | "broken";

/** Whether `name` can name a file or value. */
export function isStorageName(name: string): boolean {
  return /^[a-z0-9_-][a-z0-9._-]{0,63}$/.test(name);
}
