/** What an exchange has seen, counted: plain data for the rack tool, and the tally that gathers it. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { Call, CallRecord } from "./circuit.ts";
import { DurationSamples, type DurationSummary } from "../measurement/duration-samples.ts";
import type { VoiceStatistics } from "./voice-tally.ts";

type Counts = Readonly<Record<string, number>>;

export interface ExchangeStatistics {
  readonly name: string;
  /** Host-monotonic time of this reading. */
  readonly atMicros: Micros;
  /** Calls that were to be made: rate x time, and those asked for one by one. */
  readonly offered: number;
  /** Calls that found a circuit: an IAM was sent. */
  readonly attempts: number;
  /** Calls that found no idle circuit at this exchange; no IAM was sent. */
  readonly noCircuit: number;
  readonly answered: number;
  /** Calls that went as planned from beginning to end. */
  readonly completed: number;
  /** Calls that could not be made out as lost, but did not go as planned (a busy call that ended with another cause). */
  readonly unplanned: number;
  readonly lost: {
    /** Would have been answered, but was not within the tolerance after its ring time, or was released before. */
    readonly setup: number;
    /** Answered, then released unasked; or its voice, in the direction heard here, interrupted or another call's. */
    readonly stable: number;
  };
  /** Lost and unplanned calls by what happened to them. */
  readonly reasons: Counts;
  /** Own calls by the cause of the REL that ended them, whoever sent it. */
  readonly causes: Counts;
  /** IAM sent to ACM (or CON) received. */
  readonly setupDelay: DurationSummary;
  /** ANM received later than IAM sent plus ring time. */
  readonly answerDelay: DurationSummary;
  /** REL sent to RLC received. */
  readonly releaseDelay: DurationSummary;
  readonly now: {
    readonly settingUp: number;
    readonly conversing: number;
    readonly incomingRinging: number;
    readonly incomingAnswered: number;
    readonly clearing: number;
  };
  /** Longest time without a message from the node while the node owed one: ACM after IAM, RLC after REL or RSC. */
  readonly longestServiceGapMillis: number;
  /** Longest time without a message from the node while there was a call. */
  readonly longestSilenceMillis: number;
  readonly incoming: {
    readonly received: number;
    readonly answered: number;
    readonly completed: number;
    /** Released or reset by the node otherwise than planned. */
    readonly unplanned: number;
    /** Should have been released by the other side long ago: the node or the far exchange forgot them. */
    readonly overdue: number;
  };
  /** CICs of circuits that are not idle. When all calls should be over, these have leaked. */
  readonly circuitsNotIdle: readonly number[];
  /** How many those are. */
  readonly circuitsLeaked: number;
  readonly dualSeizure: { readonly won: number; readonly lost: number };
  /** Messages by type. */
  readonly received: Counts;
  readonly sent: Counts;
  /** Messages that came again though once was enough, by type. */
  readonly repeated: Counts;
  /** Messages that fit no state, by type; discarded. */
  readonly unexpected: Counts;
  /** Messages that could not be decoded, by kind of error. */
  readonly undecodable: Counts;
  readonly voice: VoiceStatistics;
}

/** Names and how often. */
export class Counter {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  report(): Counts {
    return Object.fromEntries([...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** What is counted of calls. Calls of the circuit check are counted by the check alone. */
export class CallTally {
  attempts = 0;
  noCircuit = 0;
  answered = 0;
  readonly outcomes = { completed: 0, unplanned: 0, "lost-setup": 0, "lost-stable": 0 };
  readonly reasons = new Counter();
  readonly causes = new Counter();
  readonly setupDelay = new DurationSamples();
  readonly answerDelay = new DurationSamples();
  readonly releaseDelay = new DurationSamples();
  readonly incoming = { received: 0, answered: 0, completed: 0, unplanned: 0, overdue: 0 };

  alerted(call: Call, now: Micros): void {
    if (call.record.purpose !== "check") this.setupDelay.add(now - call.record.startedMicros);
  }

  callAnswered(call: Call, now: Micros): void {
    if (call.direction === "incoming") this.incoming.answered++;
    else if (call.record.purpose !== "check") {
      this.answered++;
      this.answerDelay.add(Math.max(now - call.record.startedMicros - call.plan.ring, 0));
    }
  }

  ended(call: Call): void {
    const record: CallRecord = call.record;
    const outcome = record.outcome ?? "unplanned";
    if (call.direction === "incoming") {
      if (outcome === "completed") this.incoming.completed++;
      else this.incoming.unplanned++;
      if (outcome === "lost-stable") this.outcomes["lost-stable"]++;
    } else if (record.purpose !== "check") {
      this.outcomes[outcome]++;
      if (record.cause !== undefined) this.causes.add(String(record.cause));
    }
    if (record.reason !== undefined) this.reasons.add(record.reason);
  }
}

/** How long the node has kept silent, and how long at most. */
export class SilenceWatch {
  #since: Micros | undefined;
  #longest: Micros = 0;

  /** Called after whatever may have changed it: whether a message is being waited for. */
  waiting(isWaiting: boolean, now: Micros): void {
    if (isWaiting) this.#since ??= now;
    else this.#since = undefined;
  }

  messageReceived(now: Micros): void {
    if (this.#since === undefined) return;
    this.#longest = Math.max(this.#longest, now - this.#since);
    this.#since = now;
  }

  /** The longest until now, one that is still going on included. */
  longestMillis(now: Micros): number {
    return Math.max(this.#longest, this.#since === undefined ? 0 : now - this.#since) / microsPerMilli;
  }
}
