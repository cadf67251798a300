/**
 * A test exchange: the far end of the circuits. It makes calls, answers calls, and counts everything that goes wrong.
 *
 * Sans-I/O: ISUP messages go in and come out as octets from the CIC on; time and chance come from outside.
 */
import type { Micros } from "../../firmware/time.ts";
import { CallControl, type CallControlAction } from "./call-control.ts";
import { CallGenerator, type CallMix } from "./call-generator.ts";
import type { CallPlan } from "./call-plan.ts";
import { type CallRecord, mayBeSeized } from "./circuit.ts";
import { CircuitCheck, type CircuitCheckResult } from "./circuit-check.ts";
import type { CircuitState, ReleaseTimers } from "./circuit-state.ts";
import { type FirstMessage, MessageHistory } from "../measurement/message-history.ts";
import { decodeSignal } from "./signal.ts";
import { Counter, type ExchangeStatistics, SilenceWatch } from "./statistics.ts";
import type { Voice, VoiceLimits } from "./voice.ts";

export interface ExchangeConfiguration {
  readonly name: string;
  readonly pointCode: number;
  readonly nodePointCode: number;
  /** The circuits between this exchange and the node. */
  readonly cics: readonly CicRange[];
  /** Digits before the plan in called numbers: they lead the call to the exchange that is to answer it. */
  readonly calledPrefix: string;
  /** Digits before the running number in calling numbers: they keep the numbers of all exchanges apart. */
  readonly callingPrefix: string;
  readonly mix: CallMix;
  /** How late an answer may be before the call counts as lost. */
  readonly tolerance?: Micros;
  readonly timers?: Partial<ReleaseTimers>;
  /** Calls of our own with voice at the same time. */
  readonly voiceCallsMax?: number;
  readonly voiceLimits?: VoiceLimits;
}

/** The first and the last of consecutive circuits. */
export interface CicRange {
  readonly first: number;
  readonly last: number;
}

export type ExchangeEvent =
  | { readonly kind: "deadline" }
  /** An ISUP message from the node, from the CIC on. */
  | { readonly kind: "message"; readonly octets: Uint8Array }
  /** Make calls at this rate from now on, for a time or until told otherwise; a rate of 0 stops. */
  | { readonly kind: "generate"; readonly callsPerSecond: number; readonly duration?: Micros }
  /** Make one call; what is left out is drawn as for the generator. */
  | { readonly kind: "call"; readonly plan?: Partial<CallPlan> }
  /** Seize every circuit once, all at the same time. */
  | { readonly kind: "check"; readonly callsPerSecond?: number }
  /** Report the first message that came or comes later than this (now, when left out). */
  | { readonly kind: "mark"; readonly after?: Micros }
  /** Reset all circuits by GRS. */
  | { readonly kind: "reset" };

export type ExchangeReport =
  /** A call of our own is over, its voice judged. */
  | { readonly kind: "call"; readonly call: CallRecord }
  | { readonly kind: "marked"; readonly first: FirstMessage }
  | { readonly kind: "checked"; readonly result: CircuitCheckResult };

export type ExchangeAction =
  | { readonly kind: "send"; readonly cic: number; readonly octets: Uint8Array }
  /** A voice packet out of turn: the first of a conversation, or the last. Copied. */
  | { readonly kind: "voice"; readonly cic: number; readonly octets: Uint8Array }
  | { readonly kind: "report"; readonly report: ExchangeReport };

const checkCallsPerSecond = 100;

export class Exchange {
  readonly #name: string;
  readonly #control: CallControl;
  readonly #generator: CallGenerator;
  readonly #received = new Counter();
  readonly #undecodable = new Counter();
  readonly #service = new SilenceWatch();
  readonly #silence = new SilenceWatch();
  readonly #history = new MessageHistory();
  #offered = 0;
  #check: CircuitCheck | undefined;
  #marks: Micros[] = [];
  #actions: ExchangeAction[] = [];

  /** `chance` gives numbers from 0 to less than 1. */
  constructor(configuration: ExchangeConfiguration, chance: () => number) {
    this.#name = configuration.name;
    this.#control = new CallControl(configuration, (action) => this.#acted(action));
    this.#generator = new CallGenerator(configuration.mix, chance);
  }

  /** The calling number of the call on a circuit. */
  callingOn(cic: number): string | undefined {
    return this.#control.callingOn(cic);
  }

  /** Voice packets come and go beside `step`: the owner calls `receive` for each that comes, and every 20 ms `packet` for each CIC in `speaking`. */
  get voice(): Voice {
    return this.#control.voice;
  }

  step(event: ExchangeEvent, now: Micros): readonly ExchangeAction[] {
    switch (event.kind) {
      case "message":
        this.#messageReceived(event.octets, now);
        break;
      case "generate":
        this.#generator.run(event.callsPerSecond, event.duration ?? Number.POSITIVE_INFINITY, now);
        break;
      case "call":
        this.#offered++;
        this.#control.makeCall("single", { ...this.#generator.plan(this.#control.mayHaveVoice), ...event.plan }, now);
        break;
      case "check":
        this.#check ??= this.#newCheck(event.callsPerSecond ?? checkCallsPerSecond, now);
        break;
      case "mark":
        this.#marks.push(event.after ?? now);
        break;
      case "reset":
        this.#control.resetAll(now);
        break;
      case "deadline":
        break;
    }
    this.#workOff(now);
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** When `step` must be called with `deadline`. */
  nextDeadline(): Micros | undefined {
    const due = [this.#control.nextDeadline(), this.#generator.nextDue(), this.#check?.nextDue()];
    const earliest = Math.min(...due.filter((deadline) => deadline !== undefined));
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  /** Whether no call is going on and none is to come. */
  get isQuiet(): boolean {
    const isDone = this.#generator.nextDue() === undefined && this.#check === undefined;
    return isDone && !this.#control.isBusy && this.#control.nextDeadline() === undefined;
  }

  /** CICs of the circuits that are in use, or not known to be free. */
  get circuitsNotIdle(): readonly number[] {
    return this.#control.circuits.filter(({ state }) => state !== "idle").map(({ cic }) => cic);
  }

  statistics(now: Micros): ExchangeStatistics {
    const { tally, circuits, dualSeizure, sent, repeated, unexpected, voice } = this.#control;
    const { completed, unplanned, "lost-setup": setup, "lost-stable": stable } = tally.outcomes;
    const count = (...states: CircuitState[]): number => circuits.filter(({ state }) => states.includes(state)).length;
    const { circuitsNotIdle } = this;
    return {
      name: this.#name,
      atMicros: now,
      offered: this.#offered,
      attempts: tally.attempts,
      noCircuit: tally.noCircuit,
      answered: tally.answered,
      completed,
      unplanned,
      lost: { setup, stable },
      reasons: tally.reasons.report(),
      causes: tally.causes.report(),
      setupDelay: tally.setupDelay.summary(),
      answerDelay: tally.answerDelay.summary(),
      releaseDelay: tally.releaseDelay.summary(),
      now: {
        settingUp: count("wait-acm", "wait-anm"),
        conversing: count("conversing"),
        incomingRinging: count("ringing"),
        incomingAnswered: count("answered"),
        clearing: count("wait-rlc", "wait-reset"),
      },
      longestServiceGapMillis: this.#service.longestMillis(now),
      longestSilenceMillis: this.#silence.longestMillis(now),
      incoming: { ...tally.incoming },
      circuitsNotIdle,
      circuitsLeaked: circuitsNotIdle.length,
      dualSeizure: { ...dualSeizure },
      received: this.#received.report(),
      sent: sent.report(),
      repeated: repeated.report(),
      unexpected: unexpected.report(),
      undecodable: this.#undecodable.report(),
      voice: voice.tally.statistics(),
    };
  }

  #messageReceived(octets: Uint8Array, now: Micros): void {
    this.#service.messageReceived(now);
    this.#silence.messageReceived(now);
    const decoded = decodeSignal(octets);
    this.#history.add(decoded.ok ? decoded.value.type : "undecodable", now);
    if (decoded.ok) {
      this.#received.add(decoded.value.type);
      this.#control.receive(decoded.value, octets, now);
    } else this.#undecodable.add(decoded.error.kind);
  }

  #workOff(now: Micros): void {
    this.#control.workOff(now);
    while (this.#generator.take(now)) {
      this.#offered++;
      this.#control.makeCall("load", this.#generator.plan(this.#control.mayHaveVoice), now);
    }
    this.#workOffCheck(now);
    if (this.#marks.length > 0) this.#marks = this.#marks.filter((after) => !this.#reportFirst(after));
    this.#service.waiting(this.#control.isOwedMessage, now);
    this.#silence.waiting(this.#control.isBusy, now);
  }

  #newCheck(callsPerSecond: number, now: Micros): CircuitCheck {
    const controlled = this.#control.circuits.filter((circuit) => circuit.controlled);
    return new CircuitCheck(controlled, mayBeSeized, callsPerSecond, now);
  }

  #workOffCheck(now: Micros): void {
    const check = this.#check;
    if (check === undefined) return;
    for (let next = check.take(now); next !== undefined; next = check.take(now)) {
      if (mayBeSeized(next.circuit)) this.#control.makeCall("check", next.plan, now, next.circuit);
      else check.refused(next.circuit);
    }
    const result = check.result();
    if (result === undefined) return;
    this.#check = undefined;
    this.#report({ kind: "checked", result });
  }

  #reportFirst(after: Micros): boolean {
    const first = this.#history.firstAfter(after);
    if (first !== undefined) this.#report({ kind: "marked", first });
    return first !== undefined;
  }

  #acted(action: CallControlAction): void {
    if (action.kind !== "over") {
      this.#actions.push(action);
      return;
    }
    if (action.call.purpose === "check") this.#check?.ended(action.call);
    this.#report({ kind: "call", call: action.call });
  }

  #report(report: ExchangeReport): void {
    this.#actions.push({ kind: "report", report });
  }
}
