/** Whether a gateway can be reached: judged by what it answers, with probes where nothing else is said. */
import { type Micros, microsPerMilli } from "../time.ts";

/** `unknown`: just started, nothing heard and nothing missed yet. */
export type GatewayState = "unknown" | "reachable" | "unreachable";

/** A gateway that was not heard for this long is asked for a sign of life. */
export const probeIdleMillis = 10_000;
/** Pause between probes of a gateway that does not answer; each is repeated by the transaction timers too. */
export const probeRetryMillis = 1_000;

export class GatewaySupervision {
  #state: GatewayState = "unknown";
  #heardAt: Micros | undefined;
  #probeAt: Micros;
  #probing = false;

  constructor(now: Micros) {
    this.#probeAt = now;
  }

  get state(): GatewayState {
    return this.#state;
  }

  /** When to ask `probeDue`. */
  nextDeadline(): Micros | undefined {
    return this.#probing ? undefined : this.#probeAt;
  }

  /** Whether a probe is to be sent now; it is under way until `probeOver`. */
  probeDue(now: Micros): boolean {
    if (this.#probing || now < this.#probeAt) return false;
    this.#probing = true;
    return true;
  }

  /** The probe was answered or given up. */
  probeOver(): void {
    this.#probing = false;
  }

  /** Something came from the gateway. True: it was out of reach before. */
  heard(now: Micros): boolean {
    const wasUnreachable = this.#state === "unreachable";
    this.#state = "reachable";
    this.#heardAt = now;
    this.#probeAt = now + probeIdleMillis * microsPerMilli;
    return wasUnreachable;
  }

  /** A command first sent at `sentAt` was given up. True: with that the gateway is out of reach, and was not before. */
  missed(sentAt: Micros, now: Micros): boolean {
    // Whoever said something else meanwhile is there.
    if (this.#heardAt !== undefined && this.#heardAt > sentAt) return false;
    const wasUnreachable = this.#state === "unreachable";
    this.#state = "unreachable";
    this.#probeAt = now + probeRetryMillis * microsPerMilli;
    return !wasUnreachable;
  }
}
