/** Firmware as it is handed from card to card. */
export interface Bundle {
  readonly version: string;
  readonly octets: number;
  /** SHA-256 of all its octets: 32 octets. Tells one bundle from another. */
  readonly digest: Uint8Array;
}

/** A bundle of which the first `octets` are there. */
export interface HeldBundle {
  readonly bundle: Bundle;
  readonly octets: number;
}

export interface RunningFirmware {
  readonly version: string;
  /** Booted for the first time: whoever restarts the card before `keep` gets the version before it again. */
  readonly isTrial: boolean;
  /** A version that was booted on trial since the card was told of it last, and was not kept. */
  readonly rolledBack?: string | undefined;
}

/** Why a bundle is not booted: it is no firmware of this kind of card's processor, or the memory refuses. */
export type TryOutcome = "done" | "unfit" | "no-room";

/**
 * Where a card keeps firmware beside the one that it runs (partitions A and B). Never blocks: `done` is called once, after the method
 * has returned and in the order of the calls. What was confirmed outlives the power; false: it could not be done, and what was there is
 * there still. What runs is never touched.
 */
export interface BundleStore {
  readonly running: RunningFirmware;

  /** What is there beside it, whole or in part, as confirmed last. */
  held(): HeldBundle | undefined;

  /** Forgets what is held, and makes room for another bundle, or for none. */
  begin(bundle: Bundle | undefined, done: (isDone: boolean) => void): void;

  /** Appends a copy of these octets to what is held. */
  append(octets: Uint8Array, done: (isDone: boolean) => void): void;

  /** A copy of what is held from `offset` on, `octetsMax` octets at most; undefined when it cannot be read. */
  read(offset: number, octetsMax: number, done: (octets: Uint8Array | undefined) => void): void;

  /** SHA-256 of the octets held; undefined when they cannot be read. */
  digest(done: (digest: Uint8Array | undefined) => void): void;

  /** The next start boots the bundle held, on trial: once. */
  tryNext(done: (outcome: TryOutcome) => void): void;

  /** What runs on trial is booted from now on. */
  keep(done: (isDone: boolean) => void): void;
}
