/** What the cards of the rack run: each is asked when it comes to be heard, one after the other. */
import type { Clock } from "../../hal/clock.ts";
import type { CommunicationStatus } from "../card/card-status.ts";
import type { Micros } from "../time.ts";
import type { UpgradeGiver } from "./upgrade-giver.ts";
import type { UpgradeStatus } from "./upgrade-records.ts";

/** A card that has just come has better things to do; one that could not answer is left in peace as long. */
const askAfterMicros: Micros = 3_000_000;

export class VersionRoster {
  readonly #clock: Clock;
  readonly #giver: UpgradeGiver;
  readonly #heard = new Set<number>();
  readonly #told = new Map<number, UpgradeStatus>();
  #isAsking = false;

  constructor(clock: Clock, giver: UpgradeGiver) {
    this.#clock = clock;
    this.#giver = giver;
  }

  /** Of another card. */
  status(slot: number): UpgradeStatus | undefined {
    return this.#told.get(slot);
  }

  tell(slot: number, status: UpgradeStatus): void {
    if (this.#heard.has(slot)) this.#told.set(slot, status);
  }

  /** Which cards are heard now. Those that have gone may come back with something else. */
  look({ cards = [] }: CommunicationStatus): void {
    for (const { slot, alive } of cards) {
      if (alive) this.#heard.add(slot);
      else {
        this.#heard.delete(slot);
        this.#told.delete(slot);
      }
    }
    if (!this.#isAsking && this.#next() !== undefined) this.#later();
  }

  #next(): number | undefined {
    return [...this.#heard].find((slot) => !this.#told.has(slot));
  }

  #later(): void {
    this.#isAsking = true;
    this.#clock.at(this.#clock.nowMicros() + askAfterMicros, () => this.#ask());
  }

  #ask(): void {
    this.#isAsking = false;
    const slot = this.#next();
    if (slot === undefined) return;
    this.#isAsking = true;
    this.#giver.ask(slot, {
      status: (status) => {
        this.tell(slot, status);
        this.#ask();
      },
      failed: () => {
        // Behind those that answer.
        if (this.#heard.delete(slot)) this.#heard.add(slot);
        this.#later();
      },
    });
  }
}
