/** Upgrades cards one after the other: the next one only when the one before is in service with the new version. */
import type { Clock } from "../../hal/clock.ts";
import type { Micros } from "../time.ts";
import type { UpgradeFailure, UpgradeStatus } from "./upgrade-records.ts";
import type { UpgradeGiver } from "./upgrade-giver.ts";

/** How far a card is, is asked so often. */
const askEveryMicros: Micros = 2_000_000;
/** A card that is not heard of for so long, while it restarts or at any other time, is waited for no longer. */
const silentMicrosMax: Micros = 300_000_000;

/** Why it goes no further. */
export type RackUpgradeFailure =
  | Exclude<UpgradeFailure, "none" | "trial">
  /** It restarted, and runs what it ran before. */
  | "rolled-back"
  | "silent"
  /** It knows nothing of upgrades. */
  | "unable";

export interface RackUpgradeProgress {
  readonly slot: number;
  readonly status: UpgradeStatus;
}

export interface RackUpgradeParts {
  readonly clock: Clock;
  readonly giver: UpgradeGiver;
  readonly version: string;
  /** In this order; of a call-server pair the backup first costs one switchover less. */
  readonly slots: readonly number[];
  /** Whether nothing is lost when the card in a slot goes: its mate is in service and complete. */
  maySpare(slot: number): boolean;
  progress(progress: RackUpgradeProgress): void;
  /** All slots are done, or one has failed and those after it are left as they are. */
  done(failure: { readonly slot: number; readonly reason: RackUpgradeFailure } | undefined): void;
}

export class RackUpgrade {
  readonly #parts: RackUpgradeParts;
  #place = 0;
  /** This card has been offered it, and told to run it. */
  #isOffered = false;
  #isActivated = false;
  #heardAt: Micros = 0;
  #isOver = false;

  constructor(parts: RackUpgradeParts) {
    this.#parts = parts;
    this.#begin();
  }

  /** Goes no further; the card at hand keeps what it has fetched. */
  stop(): void {
    this.#isOver = true;
  }

  #begin(): void {
    const slot = this.#parts.slots[this.#place];
    this.#isOffered = this.#isActivated = false;
    this.#heardAt = this.#parts.clock.nowMicros();
    if (slot === undefined) this.#end(undefined);
    else this.#parts.giver.ask(slot, this.#listener(slot));
  }

  #end(reason: RackUpgradeFailure | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.done(reason && { slot: this.#parts.slots[this.#place], reason });
  }

  #listener(slot: number) {
    return {
      status: (status: UpgradeStatus) => {
        if (this.#isOver) return;
        this.#heardAt = this.#parts.clock.nowMicros();
        this.#parts.progress({ slot, status });
        this.#judge(slot, status);
      },
      // A card that restarts is not heard for a while.
      failed: (reason: string) => {
        if (reason === "unattended" || reason === "unreadable") this.#end("unable");
        const isSilent = this.#parts.clock.nowMicros() - this.#heardAt >= silentMicrosMax;
        if (isSilent) this.#end("silent");
        else this.#askLater(slot);
      },
    };
  }

  #judge(slot: number, { state, running, failure }: UpgradeStatus): void {
    const { version, giver, maySpare } = this.#parts;
    const isSettled = state === "settled";
    if (isSettled && running === version) {
      this.#place++;
      this.#begin();
    } else if (!this.#isOffered) this.#offer(slot);
    else if (failure !== "none" && failure !== "trial") this.#end(failure);
    else if (isSettled && this.#isActivated) this.#end("rolled-back");
    // Whoever has restarted before all was fetched has forgotten who gives it.
    else if (isSettled) this.#later(() => this.#offer(slot));
    else if (state === "staged" && maySpare(slot)) {
      this.#isActivated = true;
      giver.activate(slot, this.#listener(slot));
    } else this.#askLater(slot);
  }

  #offer(slot: number): void {
    this.#isOffered = true;
    this.#parts.giver.offer(slot, this.#listener(slot));
  }

  #askLater(slot: number): void {
    this.#later(() => this.#parts.giver.ask(slot, this.#listener(slot)));
  }

  #later(work: () => void): void {
    const { clock } = this.#parts;
    clock.at(clock.nowMicros() + askEveryMicros, () => {
      if (!this.#isOver) work();
    });
  }
}
