/** The final check of the circuits: each is seized once, all at the same time; what does not carry a call is named. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { CallPlan } from "./call-plan.ts";
import type { CallRecord, Circuit } from "./circuit.ts";

export interface CircuitCheckResult {
  /** Circuits that this exchange controls; the others are the node's to seize. */
  readonly circuits: number;
  readonly answered: number;
  readonly released: number;
  /** CICs that were not idle, or blocked, or unequipped, when the check began. */
  readonly notIdle: readonly number[];
  readonly failed: readonly { readonly cic: number; readonly reason: string }[];
}

const checkRing: Micros = 100 * microsPerMilli;
/** From the last IAM to the release of all. */
const checkHold: Micros = 2000 * microsPerMilli;

export class CircuitCheck {
  readonly #circuits: number;
  readonly #notIdle: readonly number[];
  readonly #waiting: Circuit[];
  readonly #interval: Micros;
  readonly #releaseAt: Micros;
  #nextAt: Micros;
  #pending = 0;
  #answered = 0;
  #released = 0;
  readonly #failed: { readonly cic: number; readonly reason: string }[] = [];

  /** `circuits` are those to seize, as far as they are idle; `seizable` says whether one is. */
  constructor(circuits: readonly Circuit[], seizable: (circuit: Circuit) => boolean, perSecond: number, now: Micros) {
    this.#circuits = circuits.length;
    this.#notIdle = circuits.filter((circuit) => !seizable(circuit)).map((circuit) => circuit.cic);
    this.#waiting = circuits.filter(seizable);
    this.#interval = Math.round(1_000_000 / perSecond);
    this.#releaseAt = now + this.#waiting.length * this.#interval + checkRing + checkHold;
    this.#nextAt = now;
  }

  nextDue(): Micros | undefined {
    return this.#waiting.length > 0 ? this.#nextAt : undefined;
  }

  /** The next circuit to seize, and for how long, so that all are in conversation when the last is. */
  take(now: Micros): { readonly circuit: Circuit; readonly plan: CallPlan } | undefined {
    if (now < this.#nextAt) return undefined;
    const circuit = this.#waiting.shift();
    if (circuit === undefined) return undefined;
    this.#nextAt += this.#interval;
    this.#pending++;
    const hold = Math.max(this.#releaseAt - now - checkRing, checkHold);
    return { circuit, plan: { scenario: "answer", voice: false, ring: checkRing, hold } };
  }

  /** The circuit was not free any more when its turn came: the node had seized it. */
  refused(circuit: Circuit): void {
    this.#pending--;
    this.#failed.push({ cic: circuit.cic, reason: `${circuit.state} when its turn came` });
  }

  ended(record: CallRecord): void {
    this.#pending--;
    if (record.answeredMicros !== undefined) this.#answered++;
    if (record.outcome === "completed") this.#released++;
    else this.#failed.push({ cic: record.cic, reason: record.reason ?? "not as planned" });
  }

  /** The result when every circuit has had its turn. */
  result(): CircuitCheckResult | undefined {
    if (this.#pending > 0 || this.#waiting.length > 0) return undefined;
    return {
      circuits: this.#circuits,
      answered: this.#answered,
      released: this.#released,
      notIdle: this.#notIdle,
      failed: this.#failed,
    };
  }
}
