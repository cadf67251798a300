/** A plane of the backplane as the rack sees it, whatever carries its frames. */
import type { CanPort } from "../../hal/can-port.ts";
import type { HubStatistics } from "../../hal/software-bus/hub-commands.ts";
import type { Micros } from "../../firmware/time.ts";
import type { PlaneName } from "./schedule.ts";

/** What has gone over it so far. */
export interface PlaneReading extends Omit<HubStatistics, "ports"> {
  /** Of the cards on it. */
  readonly slots: readonly number[];
}

export interface Plane {
  readonly name: PlaneName;
  /** What the card in a slot is told to plug into (tools/card/plane-port.ts). */
  addressOf(slot: number): string;
  /** A port that only listens. */
  tap(): Promise<CanPort>;
  reading(): Promise<PlaneReading>;
  /** Nothing goes through the plane until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Lets a card in again that the plane has unplugged. */
  plug(slot: number): Promise<void>;
  /** Unplugs a card right after the `frames`-th frame of commits that it sends from now on. Rejects with a sentence where the plane cannot. */
  armPullAtCommit(slot: number, frames: number): Promise<void>;
  disarm(): Promise<void>;
  /** Sets who hears that a card was unplugged, and when. */
  onSevered(listener: (slot: number, atMicros: Micros) => void): void;
  /** Takes away what the plane has on this machine, at once. */
  close(): void;
}
