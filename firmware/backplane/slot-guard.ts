/** Whether this card is alone in its slot. A port never hears its own frames: what comes from the own slot comes from another card. */
import type { Micros } from "../time.ts";

/** A card that has not sent more beats than this is new in its slot. */
const newcomerBeatsMax = 8;
/** A slot in which another card was heard is not free for so long. */
const slotTakenMicros = 1_000_000;

export class SlotGuard {
  readonly #slot: number;
  readonly #alarm: (text: string) => void;
  #otherHeardAt: Micros | undefined;
  #silentUntil: Micros = Number.NEGATIVE_INFINITY;

  constructor(slot: number, alarm: (text: string) => void) {
    this.#slot = slot;
    this.#alarm = alarm;
  }

  /** Another card beats in this slot. Of the two the new one stays silent. */
  heard(ownBeats: number, now: Micros): void {
    const isNewcomer = ownBeats <= newcomerBeatsMax;
    if (isNewcomer) this.#silentUntil = now + slotTakenMicros;
    if (this.#otherHeardAt === undefined || now - this.#otherHeardAt >= slotTakenMicros) {
      const what = isNewcomer ? "this card stays silent" : "that one should be taken out";
      this.#alarm(`there is another card in slot ${this.#slot}: ${what}`);
    }
    this.#otherHeardAt = now;
  }

  /** Whether this card may not say anything. */
  isSilenced(now: Micros): boolean {
    return now < this.#silentUntil;
  }
}
