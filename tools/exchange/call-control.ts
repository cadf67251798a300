/**
 * The circuits of a test exchange and the calls on them: each message and each deadline takes a circuit through one row of
 * the table in circuit-state.ts, and what the row says is done here.
 */
import type { MessageType } from "../../firmware/isup/dialect.ts";
import type { Micros } from "../../firmware/time.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import { DeadlineQueue } from "../../hal/deadline-queue.ts";
import { type CallPlan, decodePlan, encodePlan, holdMax } from "./call-plan.ts";
import { type Call, type CallRecord, type Circuit, newCircuit, type Purpose, selectCircuit } from "./circuit.ts";
import {
  type CircuitAction,
  type CircuitEvent,
  type ReleaseTimers,
  releaseTimers,
  transition,
} from "./circuit-state.ts";
import type { CicRange, ExchangeConfiguration } from "./exchange.ts";
import { superviseGroup } from "./group-supervision.ts";
import { type Judgement, judgeEndByNode, judgeEndByPlan, judgeNotAnswered, nextDue } from "./judgement.ts";
import { encodeSignal, type Signal } from "./signal.ts";
import { CallTally, Counter } from "./statistics.ts";
import { Voice } from "./voice.ts";

/** What call control has done. */
export type CallControlAction =
  | { readonly kind: "send"; readonly cic: number; readonly octets: Uint8Array }
  /** A voice packet out of turn: the first of a conversation, or the last. Copied. */
  | { readonly kind: "voice"; readonly cic: number; readonly octets: Uint8Array }
  /** A call of our own is over, its voice judged. */
  | { readonly kind: "over"; readonly call: CallRecord };

const answerTolerance: Micros = 5000 * microsPerMilli;
const runningNumberDigits = 8;
/** Circuits in one GRS: range 31 (Q.763 3.43). */
const groupCircuitsMax = 32;

/** Actions that need a call on the circuit. */
type CallAction = Extract<
  CircuitAction,
  "send-iam" | "alert" | "send-anm" | "answer" | "yield" | "count-overdue" | "not-answered" | "released" | "taken-down"
>;

export class CallControl {
  readonly voice: Voice;
  readonly circuits: readonly Circuit[];
  readonly tally = new CallTally();
  readonly sent = new Counter();
  readonly repeated = new Counter();
  readonly unexpected = new Counter();
  readonly dualSeizure = { won: 0, lost: 0 };
  readonly #configuration: ExchangeConfiguration;
  readonly #act: (action: CallControlAction) => void;
  readonly #byCic: ReadonlyMap<number, Circuit>;
  readonly #deadlines = new DeadlineQueue();
  readonly #timers: ReleaseTimers;
  readonly #tolerance: Micros;
  #callsMade = 0;
  #ownVoiceCalls = 0;
  #busyCircuits = 0;
  #owedMessages = 0;
  /** Own calls that gave way at dual seizure and want another circuit. */
  #displaced: Call[] = [];
  /** Valid while deadlines are worked off. */
  #now: Micros = 0;

  /** `act` is called for each action, in order, from within the methods below. */
  constructor(configuration: ExchangeConfiguration, act: (action: CallControlAction) => void) {
    this.#configuration = configuration;
    this.#act = act;
    this.#timers = { ...releaseTimers, ...configuration.timers };
    this.#tolerance = configuration.tolerance ?? answerTolerance;
    const { pointCode, nodePointCode } = configuration;
    this.voice = new Voice(pointCode, configuration.voiceLimits);
    const controlledParity = pointCode > nodePointCode ? 0 : 1;
    this.circuits = configuration.cics.flatMap(cicsOf).map((cic) => newCircuit(cic, cic % 2 === controlledParity));
    this.#byCic = new Map(this.circuits.map((circuit) => [circuit.cic, circuit]));
  }

  /** Whether a circuit is seized. */
  get isBusy(): boolean {
    return this.#busyCircuits > 0;
  }

  /** Whether the node has yet to answer a message. */
  get isOwedMessage(): boolean {
    return this.#owedMessages > 0;
  }

  /** Whether one more call of our own may have voice. */
  get mayHaveVoice(): boolean {
    return this.#ownVoiceCalls < (this.#configuration.voiceCallsMax ?? 0);
  }

  /** When `workOff` must be called. */
  nextDeadline(): Micros | undefined {
    return this.#deadlines.earliestMicros();
  }

  /** A message from the node. `octets` are those that it was decoded from. */
  receive(signal: Signal, octets: Uint8Array, now: Micros): void {
    const outcome = superviseGroup(signal, (cic) => this.#circuitOf(cic));
    if (outcome !== undefined) {
      for (const circuit of outcome.reset) this.#happen(circuit, "group-reset", now);
      for (const reply of outcome.replies) this.#send(reply);
      return;
    }
    const circuit = this.#circuitOf(signal.cic);
    if (signal.type === "GRA") this.#groupResetAcknowledged(signal, now);
    else if (circuit !== undefined) this.#circuitSignalReceived(circuit, signal, octets, now);
    // Q.764 2.12: a circuit that is not there, said once a message, never in answer to the same complaint.
    else if (signal.type !== "UCIC") this.#send({ type: "UCIC", cic: signal.cic });
  }

  /** Makes a call on the circuit given or on the best one. */
  makeCall(purpose: Purpose, plan: CallPlan, now: Micros, circuit = selectCircuit(this.circuits)): void {
    if (circuit === undefined) {
      this.tally.noCircuit++;
      return;
    }
    const { callingPrefix, calledPrefix } = this.#configuration;
    const calling = callingPrefix + String(++this.#callsMade).padStart(runningNumberDigits, "0");
    const record: CallRecord = {
      calling,
      called: calledPrefix + encodePlan(plan),
      scenario: plan.scenario,
      purpose,
      cic: circuit.cic,
      startedMicros: now,
    };
    if (purpose !== "check") this.tally.attempts++;
    if (plan.voice) this.#ownVoiceCalls++;
    this.#seize(circuit, { direction: "outgoing", plan, record }, now);
  }

  /** Resets all circuits by GRS. */
  resetAll(now: Micros): void {
    for (const circuit of this.circuits) this.#happen(circuit, "reset", now);
    for (const { first, last } of this.#configuration.cics) {
      for (let cic = first; cic <= last; cic += groupCircuitsMax) {
        const range = Math.min(groupCircuitsMax, last - cic + 1) - 1;
        this.#send(range > 0 ? { type: "GRS", cic, range } : { type: "RSC", cic });
      }
    }
  }

  /** Does what is due. */
  workOff(now: Micros): void {
    this.#now = now;
    for (let wake = this.#deadlines.takeDue(now); wake !== undefined; wake = this.#deadlines.takeDue(now)) wake();
    this.#repeatAttempts(now);
  }

  #circuitSignalReceived(circuit: Circuit, signal: Signal, octets: Uint8Array, now: Micros): void {
    if (signal.type === "RSC") {
      circuit.blockedForMaintenance = false;
      circuit.unequipped = false;
    }
    this.#happen(circuit, this.#eventOf(circuit, signal, octets), now, signal, octets);
  }

  #eventOf(circuit: Circuit, signal: Signal, octets: Uint8Array): CircuitEvent {
    if (signal.type !== "IAM") return signal.type as CircuitEvent;
    if (circuit.state === "wait-acm") return circuit.controlled ? "glare-won" : "glare-lost";
    const isSame = circuit.incomingIam !== undefined && sameOctets(circuit.incomingIam, octets);
    return isSame && circuit.state !== "idle" ? "IAM-again" : "IAM";
  }

  #groupResetAcknowledged({ cic, range = 0 }: Signal, now: Micros): void {
    for (let i = 0; i <= range; i++) {
      const circuit = this.#circuitOf(cic + i);
      if (circuit?.state === "wait-reset") this.#happen(circuit, "RLC", now);
    }
  }

  // --- circuits

  /** Takes the circuit through one row of the table. */
  #happen(circuit: Circuit, event: CircuitEvent, now: Micros, signal?: Signal, octets?: Uint8Array): void {
    const row = transition(circuit.state, event);
    if (row === undefined) {
      this.unexpected.add(`${event} in ${circuit.state}`);
      return;
    }
    const before = circuit.state;
    circuit.state = row.next;
    if (before !== row.next) {
      this.#busyCircuits += (row.next === "idle" ? 0 : 1) - (before === "idle" ? 0 : 1);
      this.#owedMessages += (owed.has(row.next) ? 1 : 0) - (owed.has(before) ? 1 : 0);
    }
    for (const action of row.actions) this.#perform(action, circuit, now, signal, octets);
    if (before !== row.next || event === "T1" || event === "T16") this.#arm(circuit, now);
  }

  #perform(action: CircuitAction, circuit: Circuit, now: Micros, signal?: Signal, octets?: Uint8Array): void {
    const { cic, call } = circuit;
    switch (action) {
      case "accept":
        if (signal !== undefined && octets !== undefined) this.#accept(circuit, signal, octets, now);
        break;
      case "count-glare":
        this.dualSeizure[circuit.controlled ? "won" : "lost"]++;
        break;
      case "count-repeated":
        this.repeated.add(signal?.type ?? "");
        break;
      case "no-circuit":
        circuit.unequipped = true;
        break;
      case "release":
        circuit.releaseSince = now;
        if (call !== undefined) this.#end(circuit, call, judgeEndByPlan(call), now);
        this.#send({ type: "REL", cic, cause: circuit.releaseCause });
        break;
      case "repeat-release":
        this.#send({ type: "REL", cic, cause: circuit.releaseCause });
        break;
      case "send-rsc":
        this.#send({ type: "RSC", cic });
        break;
      case "send-rlc":
        this.#send({ type: "RLC", cic });
        break;
      case "freed":
        if (signal?.type === "RLC" && circuit.releaseSince > 0) this.tally.releaseDelay.add(now - circuit.releaseSince);
        circuit.releaseSince = 0;
        circuit.idleSince = now;
        break;
      default:
        if (call !== undefined) this.#performOnCall(action, circuit, call, now, signal?.cause);
    }
  }

  /** A circuit that was reset has no call any more, and nothing of this is to be done. */
  #performOnCall(action: CallAction, circuit: Circuit, call: Call, now: Micros, cause: number | undefined): void {
    const { cic } = circuit;
    switch (action) {
      case "send-iam":
        this.#send({ type: "IAM", cic, called: call.record.called, calling: call.record.calling });
        break;
      case "alert":
        call.record.alertedMicros = now;
        this.tally.alerted(call, now);
        break;
      case "send-anm":
        this.#send({ type: "ANM", cic });
        this.#answered(circuit, call, now);
        break;
      case "answer":
        this.#answered(circuit, call, now);
        break;
      case "yield":
        if (call.plan.voice) this.voice.close(cic, now);
        delete circuit.call;
        this.#displaced.push(call);
        break;
      case "count-overdue":
        if (call.direction === "incoming") this.tally.incoming.overdue++;
        else this.#end(circuit, call, { outcome: "unplanned", reason: "called side did not release" }, now);
        break;
      case "not-answered":
        this.#end(circuit, call, judgeNotAnswered(call), now);
        break;
      case "released":
        if (cause !== undefined) call.record.cause = cause;
        call.record.releasedBy = "node";
        this.#end(circuit, call, judgeEndByNode(call, cause, now), now);
        break;
      case "taken-down":
        call.record.releasedBy = "node";
        this.#end(circuit, call, judgeEndByNode(call, undefined, now), now);
        break;
    }
  }

  #arm(circuit: Circuit, now: Micros): void {
    circuit.disarm?.();
    const due = nextDue(circuit, this.#tolerance, this.#timers, now);
    if (due === undefined) {
      delete circuit.disarm;
      return;
    }
    const [event, deadline] = due;
    circuit.disarm = this.#deadlines.add(deadline, () => this.#happen(circuit, event, this.#now));
  }

  // --- calls

  #seize(circuit: Circuit, call: Call, now: Micros): void {
    circuit.call = call;
    call.record.cic = circuit.cic;
    delete circuit.incomingIam;
    if (call.plan.voice) this.voice.open(circuit.cic, call.record.calling, "outgoing");
    this.#happen(circuit, "seize", now);
  }

  #accept(circuit: Circuit, signal: Signal, octets: Uint8Array, now: Micros): void {
    const { called = "", calling = "" } = signal;
    const { mix } = this.#configuration;
    const plan = decodePlan(called) ?? { scenario: "answer", voice: false, ring: mix.ring.min, hold: holdMax };
    const { cic } = circuit;
    const record: CallRecord = { calling, called, scenario: plan.scenario, purpose: "load", cic, startedMicros: now };
    circuit.call = { direction: "incoming", plan, record };
    circuit.incomingIam = octets.slice();
    this.tally.incoming.received++;
    if (plan.voice) this.voice.open(circuit.cic, calling, "incoming");
    if (plan.scenario !== "busy") this.#send({ type: "ACM", cic: circuit.cic });
  }

  #answered(circuit: Circuit, call: Call, now: Micros): void {
    call.record.answeredMicros = now;
    this.tally.callAnswered(call, now);
    const first = call.plan.voice ? this.voice.answer(circuit.cic, now) : undefined;
    if (first !== undefined) this.#act({ kind: "voice", cic: circuit.cic, octets: first.slice() });
  }

  /** The call leaves the circuit. Where it had voice, what is still under way is heard before the verdict. */
  #end(circuit: Circuit, call: Call, { outcome, reason }: Judgement, now: Micros): void {
    delete circuit.call;
    const { record } = call;
    circuit.releaseCause = causeOf(call);
    if (record.releasedBy === undefined) record.cause = circuit.releaseCause;
    record.releasedBy ??= "exchange";
    record.releasedMicros = now;
    record.outcome = outcome;
    if (reason !== undefined) record.reason = reason;
    const closed = call.plan.voice ? this.voice.close(circuit.cic, now) : undefined;
    if (closed === undefined) {
      this.#settle(call);
      return;
    }
    this.#act({ kind: "voice", cic: circuit.cic, octets: closed.lastPacket.slice() });
    this.#deadlines.add(now + this.voice.grace, () => {
      const { broken } = closed.judge();
      if (broken !== undefined && record.outcome === "completed") {
        record.outcome = "lost-stable";
        record.reason = `conversation: ${broken}`;
      }
      this.#settle(call);
    });
  }

  #settle(call: Call): void {
    this.tally.ended(call);
    if (call.direction === "incoming") return;
    if (call.plan.voice) this.#ownVoiceCalls--;
    this.#act({ kind: "over", call: call.record });
  }

  /** The automatic repeat attempt after dual seizure (Q.764 2.9.1.4). */
  #repeatAttempts(now: Micros): void {
    const displaced = this.#displaced;
    this.#displaced = [];
    for (const call of displaced) {
      const circuit = selectCircuit(this.circuits);
      if (circuit !== undefined) this.#seize(circuit, call, now);
      else {
        call.record.outcome = "lost-setup";
        call.record.reason = "no circuit after dual seizure";
        this.#settle(call);
      }
    }
  }

  callingOn(cic: number): string | undefined {
    return this.#circuitOf(cic)?.call?.record.calling;
  }

  #circuitOf(cic: number): Circuit | undefined {
    return this.#byCic.get(cic);
  }

  #send(signal: Signal & { readonly type: MessageType }): void {
    this.sent.add(signal.type);
    this.#act({ kind: "send", cic: signal.cic, octets: encodeSignal(signal) });
  }
}

function cicsOf({ first, last }: CicRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** States in which the node owes us a message. */
const owed: ReadonlySet<Circuit["state"]> = new Set<Circuit["state"]>(["wait-acm", "wait-rlc", "wait-reset"]);

/** The cause of our own REL. */
function causeOf({ direction, plan, record }: Call): number {
  if (direction === "incoming" && plan.scenario === "busy") return 17;
  if (record.answeredMicros !== undefined) return 16;
  if (direction === "incoming" || record.alertedMicros !== undefined) return plan.scenario === "abandon" ? 16 : 19;
  return plan.scenario === "abandon" ? 16 : 102;
}

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
