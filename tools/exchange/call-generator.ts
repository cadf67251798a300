/** When calls are due, and what they are to be: an open loop that does not care how the calls before fared. */
import type { Micros } from "../../firmware/time.ts";
import { type CallPlan, holdMax, planStep, ringMax, type Scenario, scenarios } from "./call-plan.ts";

export interface MicrosRange {
  readonly min: Micros;
  readonly max: Micros;
}

export interface CallMix {
  readonly ring: MicrosRange;
  readonly hold: MicrosRange;
  /** Shares of the scenarios, 0 to 1; the rest are calls that are answered and released by the calling side. */
  readonly shares: Readonly<Partial<Record<Exclude<Scenario, "answer">, number>>>;
}

const second: Micros = 1_000_000;

export class CallGenerator {
  readonly #mix: CallMix;
  readonly #chance: () => number;
  #since: Micros = 0;
  #until: Micros = 0;
  #callsPerSecond = 0;
  #made = 0;

  /** `chance` gives numbers from 0 to less than 1. */
  constructor(mix: CallMix, chance: () => number) {
    this.#mix = mix;
    this.#chance = chance;
  }

  /** Calls at even distances from now on, the first at once: rate x duration of them. A rate of 0 stops. */
  run(callsPerSecond: number, duration: Micros, now: Micros): void {
    this.#since = now;
    this.#until = now + duration;
    this.#callsPerSecond = callsPerSecond;
    this.#made = 0;
  }

  /** When the next call is due. */
  nextDue(): Micros | undefined {
    if (this.#callsPerSecond <= 0) return undefined;
    const due = this.#since + (this.#made * second) / this.#callsPerSecond;
    return due < this.#until ? Math.ceil(due) : undefined;
  }

  /** Whether a call is due; to be asked again until it is not. */
  take(now: Micros): boolean {
    const due = this.nextDue();
    if (due === undefined || due > now) return false;
    this.#made++;
    return true;
  }

  plan(voice: boolean): CallPlan {
    const scenario = this.#scenario();
    return {
      scenario,
      voice: voice && (scenario === "answer" || scenario === "called-clears"),
      ring: this.#within(this.#mix.ring, ringMax),
      hold: this.#within(this.#mix.hold, holdMax),
    };
  }

  #scenario(): Scenario {
    let remaining = this.#chance();
    for (const scenario of scenarios) {
      if (scenario === "answer") continue;
      remaining -= this.#mix.shares[scenario] ?? 0;
      if (remaining < 0) return scenario;
    }
    return "answer";
  }

  /** In whole steps, because the called number carries no more. */
  #within({ min, max }: MicrosRange, limit: Micros): Micros {
    const chosen = min + this.#chance() * (max - min);
    return Math.min(Math.round(chosen / planStep) * planStep, limit);
  }
}
