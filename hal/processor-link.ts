/** The two processors of a card: one runs its function, the other owns the planes. */
export type ProcessorEnd = "application" | "communication";

/**
 * One end of what joins the two processors of a card: a bounded ring of messages in each direction, and for each processor
 * a counter that tells the other that it is alive, and a few words to say how far it is.
 */
export interface ProcessorLink {
  /**
   * Copies `message` into the ring towards the other end. False is back-pressure: nothing of it was taken; keep it and
   * try when `writable` is called. Messages arrive whole, in order and once. One of more than `messageOctetsMax` octets
   * is never taken.
   */
  send(message: Uint8Array): boolean;

  /** Names who gets the messages. Called once; what came before is kept for it. Nothing is delivered within `listen`. */
  listen(listener: ProcessorLinkListener): void;

  /** Wakes the other end for `nudged`, though there is no message: to see whether it still answers. */
  nudge(): void;

  /** Counts one step of work done at this end. Cheap enough for every message. */
  countProgress(): void;

  /**
   * Writes `value`, 0 to 2^31 - 1, at a place from 0 to `notesMax` - 1; 0 at first. It stays there when this end never wakes again.
   * Cheap enough for every message.
   */
  note(place: number, value: number): void;

  /** What the other end noted last at this place. */
  noteOfOther(place: number): number;

  /** How many steps the other end has counted, modulo 2^32. Is seen also when the other end never wakes again. */
  progressOfOther(): number;
}

/** What an end is told, from its own event loop and never from within a call of its own. */
export interface ProcessorLinkListener {
  /** A message from the other end; the octets are the listener's to keep. */
  message(message: Uint8Array): void;
  /** There is room again after `send` said false. */
  writable(): void;
  /** The other end has called `nudge`. Several nudges may come as one. */
  nudged(): void;
}

/** The longest message that a link takes: room for a whole bus record (4095 octets) with what the link's user adds. */
export const messageOctetsMax = 8192;

/** Places for notes that each end has. */
export const notesMax = 16;

/** What a ring holds unless the board says otherwise. A power of two. */
export const ringOctetsDefault = 1 << 20;
