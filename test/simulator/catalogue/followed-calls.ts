/**
 * The scripts of one exchange, a script a call. Each follows its call rather than a circuit, and treats what comes twice as an exchange
 * does by Q.764, as far as the disturbance may bring that about. What deviates from the script so is written down.
 */
import { messageTypeOf } from "../../../firmware/isup/codec.ts";
import { cicOctets, decodeCic } from "../../../firmware/mtp3/circuit-identification-code.ts";
import type { Micros } from "../../../firmware/time.ts";
import { type ScriptEvent, type ScriptResult, ScriptRun } from "../../../tools/exchange/script-run.ts";
import type { ScriptStep } from "../../../tools/exchange/script-schema.ts";
import { encodeSignal } from "../../../tools/exchange/signal.ts";
import type { SaidMessage, StandIn } from "../../../tools/simulator/simulated-exchange.ts";
import type { DeviationName } from "./deviations.ts";
import type { Part } from "./scenario.ts";

/** What is said again when its question comes again. */
const answers: Readonly<Record<string, "RLC">> = { REL: "RLC", RSC: "RLC" };

/** A message that came. */
interface Heard {
  readonly cic: number;
  readonly type: string;
  readonly octets: Uint8Array;
  /** From the message type on, in hexadecimal. */
  readonly text: string;
}

export class FollowedCalls implements StandIn {
  readonly deviations: DeviationName[] = [];
  /** Later ones first: a circuit is that of the last one that was given it. */
  #calls: readonly FollowedCall[] = [];
  readonly #allowed: readonly DeviationName[];
  /** By circuit: what has come on it since its last call began. */
  readonly #heard = new Map<number, Set<string>>();

  constructor(allowed: readonly DeviationName[]) {
    this.#allowed = allowed;
  }

  /** More calls. They begin with the next step. */
  add(parts: readonly Part[]): readonly FollowedCall[] {
    const calls = parts.map((part) => new FollowedCall(part, this));
    this.#calls = [...calls, ...this.#calls];
    return calls;
  }

  takes(octets: Uint8Array): boolean {
    const heard = read(octets);
    return heard !== undefined && this.#callOf(heard) !== undefined;
  }

  step(event: ScriptEvent, now: Micros): readonly SaidMessage[] {
    if (event.kind !== "message") return this.#calls.flatMap((call) => call.step(event, now));
    const heard = read(event.octets);
    const call = heard && this.#callOf(heard);
    if (heard === undefined || call === undefined) return [];
    if (heard.type === "IAM") {
      this.#heard.delete(heard.cic);
      for (const other of this.#calls) if (other !== call) other.leave(heard.cic);
    }
    const said = call.hear(heard, now);
    this.#heard.set(heard.cic, (this.#heard.get(heard.cic) ?? new Set()).add(heard.text));
    return said;
  }

  nextDeadline(): Micros | undefined {
    const due = this.#calls.map((call) => call.nextDeadline()).filter((at) => at !== undefined);
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  hasHeard({ cic, text }: Heard): boolean {
    return this.#heard.get(cic)?.has(text) === true;
  }

  /** The call that makes this one again where it gives way, and has not begun. */
  repetitionOf({ part }: FollowedCall): FollowedCall | undefined {
    return this.#calls.find((call) => call.part.repeats === part.cics[0] && !call.isCalling);
  }

  /** @returns whether it may be so */
  deviate(name: DeviationName): boolean {
    if (!this.#allowed.includes(name)) return false;
    this.deviations.push(name);
    return true;
  }

  /** A call that comes is the first one's that waits for it there, or has lost its circuit; then the next one's that waits. */
  #callOf({ cic, type }: Heard): FollowedCall | undefined {
    const owner = this.#calls.find((call) => call.cics.includes(cic));
    if (type !== "IAM") return owner;
    const awaiting = this.#calls.filter((call) => call.awaitsCall);
    const first = awaiting.find((call) => call.awaitsCallOn(cic) || call.cics.length === 0);
    if (first !== undefined || !this.deviations.includes("another circuit")) return first ?? owner;
    return awaiting.find((call) => !call.isCalling) ?? owner;
  }
}

export class FollowedCall {
  readonly part: Part;
  /** The circuits it is on. */
  cics: readonly number[];
  /** The last one that it was on. */
  circuit: number;
  /** What was said and heard, those attempts left out that were reset, and second copies. */
  readonly record: string[] = [];
  result: ScriptResult | undefined;
  readonly #run: ScriptRun;
  readonly #exchange: FollowedCalls;
  /** The steps that wait for a message, by their numbers. */
  readonly #expectations: readonly number[];
  /** How many of them have it. */
  #met = 0;
  /** The call that came, as it was before. */
  #before: { readonly met: number; readonly recorded: number } | undefined;
  /** What came before something that does not depend on it. */
  #early: Heard | undefined;
  #isStarted = false;
  /** What was said in an attempt that was reset, and stands. */
  #kept: readonly string[] = [];

  constructor(part: Part, exchange: FollowedCalls) {
    const { at, cics, steps } = part;
    this.part = part;
    this.cics = cics;
    this.circuit = cics[0];
    this.#exchange = exchange;
    // On which circuit a call comes is looked at here.
    const anywhere = steps.map((step) => (isCall(step) ? { ...step, cic: undefined } : step));
    this.#run = new ScriptRun({ name: at, ignore: [], steps: anywhere }, cics[0]);
    this.#expectations = steps.flatMap((step, number) => ("expect" in step || "expectOctets" in step ? [number] : []));
  }

  get awaitsCall(): boolean {
    const step = this.#expected(0);
    return this.result === undefined && step !== undefined && isCall(step);
  }

  awaitsCallOn(cic: number): boolean {
    const step = this.#expected(0);
    return step !== undefined && isCall(step) && (step.cic === undefined ? this.cics.includes(cic) : step.cic === cic);
  }

  /** Whether it has seized its circuit itself. */
  get isCalling(): boolean {
    return this.#before === undefined && this.#hasSaid("IAM");
  }

  /** Another call has the circuit now. */
  leave(cic: number): void {
    this.cics = this.cics.filter((own) => own !== cic);
  }

  nextDeadline(): Micros | undefined {
    return this.#run.nextDeadline();
  }

  step(event: ScriptEvent, now: Micros): readonly SaidMessage[] {
    if (event.kind === "start" && this.#isStarted) return [];
    this.#isStarted = true;
    return this.#run.step(event, now).flatMap((action) => {
      if (action.kind === "finished") {
        this.result = action.result;
        return [];
      }
      const { cic, octets } = action;
      this.record.push(`sent ${textOf(octets)}`);
      if (!this.cics.includes(cic)) this.cics = [...this.cics, cic];
      return [{ cic, octets }];
    });
  }

  hear(heard: Heard, now: Micros): readonly SaidMessage[] {
    if (matches(this.#expected(0), heard)) return this.#take(heard, now);
    const may = (name: DeviationName, isSo: boolean) => isSo && this.#exchange.deviate(name);
    if (may("second copy", this.#exchange.hasHeard(heard))) return this.#answerAgain(heard);
    if (may("another circuit", heard.type === "RSC" && this.#mayComeAgain())) return this.#reset(heard, now);
    if (may("another circuit", heard.type === "RSC" && this.#hasSaid("UCIC"))) return [said("UCIC", heard.cic)];
    const awaited = this.#expected(0);
    const isNext = matches(this.#expected(1), heard) && this.#isSilentUntilThen();
    if (may("acknowledged later", isNext && isOneOf(awaited, acknowledgements))) {
      this.#early = heard;
      return [];
    }
    const repetition = heard.type === "ACM" && this.isCalling ? this.#exchange.repetitionOf(this) : undefined;
    if (repetition !== undefined && may("no dual seizure", this.awaitsCall))
      return this.#goOnAs(repetition, heard, now);
    const hasReleased = this.#hasSaid("REL");
    if (may("released by the other", hasReleased && heard.type === "REL" && isOneOf(awaited, ["RLC"]))) {
      this.record.push(`received ${heard.text}`);
      return [said("RLC", heard.cic)];
    }
    if (may("released by the other", hasReleased && heard.type === "RLC" && isOneOf(awaited, ["REL"])))
      this.#passOverRelease();
    const isPassedOver =
      may("call not heard of", isNext && isOneOf(awaited, ["IAM"])) ||
      may("answer too late", isNext && isOneOf(awaited, ["ANM"]) && hasReleased) ||
      may("unknown message lost", isNext && awaited !== undefined && "expectOctets" in awaited);
    if (isPassedOver) this.#run.excuse(this.#expectations[this.#met++]);
    return this.#take(heard, now);
  }

  /** The REL that crosses its own does not come, and so is not answered. */
  #passOverRelease(): void {
    const [release, next] = this.#expectations.slice(this.#met++);
    for (let step = release; step < next; step++) this.#run.excuse(step);
  }

  /** A call that was to give way did not have to: what is left of this one comes anywhere. */
  #goOnAs(repetition: FollowedCall, heard: Heard, now: Micros): readonly SaidMessage[] {
    this.cics = [];
    return repetition.#goOnFrom(this.record, heard, now);
  }

  #goOnFrom(record: readonly string[], heard: Heard, now: Micros): readonly SaidMessage[] {
    this.record.push(...record);
    this.cics = [heard.cic];
    this.circuit = heard.cic;
    this.#run.beginAgainAt(this.part.steps.findIndex(isOwnCall) + 1, heard.cic, now);
    return this.#take(heard, now);
  }

  #take(heard: Heard, now: Micros): readonly SaidMessage[] {
    // One that crosses a call of its own for which there is a spare circuit is the one that gives way.
    if (heard.type === "IAM" && this.awaitsCall && this.part.spare === undefined) {
      this.#before = { met: this.#met, recorded: this.record.length };
      this.cics = this.cics.includes(heard.cic) ? this.cics : [heard.cic];
      this.circuit = heard.cic;
    }
    if (matches(this.#expected(0), heard)) this.#met++;
    this.record.push(`received ${heard.text}`, ...this.#kept);
    if (this.#kept.length > 0) this.cics = [...new Set([...this.cics, ...this.part.cics])];
    this.#kept = [];
    const said = this.step({ kind: "message", octets: heard.octets }, now);
    const early = this.#early;
    if (early === undefined || !matches(this.#expected(0), early)) return said;
    this.#early = undefined;
    return [...said, ...this.#take(early, now)];
  }

  /** The node says again what it may not have said; the answer may have been lost, too. */
  #answerAgain({ cic, type }: Heard): readonly SaidMessage[] {
    const answer = answers[type];
    return answer !== undefined && this.#hasSaid(answer) ? [said(answer, cic)] : [];
  }

  /** Whether it was called, and is not over, or is to be called; or nothing has come backward for its own call. */
  #mayComeAgain(): boolean {
    const isAtFirst = this.part.spare !== undefined && isOneOf(this.#expected(0), ["ACM"]);
    return this.result === undefined && (this.awaitsCall || this.#before !== undefined || isAtFirst);
  }

  #reset({ cic }: Heard, now: Micros): readonly SaidMessage[] {
    const attempt = this.#giveUp(cic, now);
    // Who blocks the circuit of this call means the one that it is on in the end.
    const isBlocked = hasType(attempt, "sent BLO") && !hasType(attempt, "sent UBL");
    const answer = [said("RLC", cic), ...(isBlocked ? [said("UBL", cic)] : [])];
    return [...answer, ...this.step({ kind: "deadline" }, now)];
  }

  /** @returns what was said and heard in the attempt that is over */
  #giveUp(cic: number, now: Micros): readonly string[] {
    const { steps, spare } = this.part;
    this.cics = [];
    if (spare !== undefined) {
      const own = steps.findIndex(isOwnCall);
      this.circuit = spare;
      this.#met = this.#expectations.findIndex((step) => step > own);
      this.#run.beginAgainAt(own, spare, now);
      return this.record.splice(0);
    }
    // Of a call that is still awaited nothing was heard.
    if (this.#before === undefined || this.awaitsCall) return [];
    const attempt = this.record.splice(this.#before.recorded);
    this.#met = this.#before.met;
    this.#before = undefined;
    this.#keepGroupReset(attempt);
    this.#run.beginAgainAt(this.#expectations[this.#met], cic, now);
    return attempt;
  }

  /** A group reset stands, whichever circuit the call is on: it is not said again. */
  #keepGroupReset(attempt: readonly string[]): void {
    const step = this.part.steps.findIndex((each) => "send" in each && each.send === "GRS");
    if (step < 0 || !hasType(attempt, "sent GRS")) return;
    this.#run.excuse(step);
    this.#kept = attempt.filter((line) => line.startsWith("sent GRS "));
  }

  #hasSaid(type: string): boolean {
    return hasType(this.record, `sent ${type}`);
  }

  /** Whether nothing is to be said between the message that is awaited and the one after it. */
  #isSilentUntilThen(): boolean {
    const between = this.part.steps.slice(this.#expectations[this.#met], this.#expectations[this.#met + 1]);
    return !between.some((step) => "send" in step || "octets" in step);
  }

  #expected(further: number): ScriptStep | undefined {
    return this.part.steps[this.#expectations[this.#met + further]];
  }
}

/** Of procedures that go their own way beside a call (Q.764 2.8.2). */
const acknowledgements = ["BLA", "UBA"] as const;

function isOneOf(step: ScriptStep | undefined, types: readonly string[]): boolean {
  return step !== undefined && "expect" in step && types.includes(step.expect);
}

function hasType(record: readonly string[], what: string): boolean {
  return record.some((line) => line.startsWith(`${what} `));
}

function isOwnCall(step: ScriptStep): boolean {
  return "send" in step && step.send === "IAM";
}

function isCall(step: ScriptStep): step is Extract<ScriptStep, { expect: unknown }> {
  return "expect" in step && step.expect === "IAM";
}

function matches(step: ScriptStep | undefined, { type, text }: Heard): boolean {
  if (step === undefined) return false;
  if ("expectOctets" in step) return text.endsWith(` ${hex(step.expectOctets)}`);
  return "expect" in step && step.expect === type;
}

function read(octets: Uint8Array): Heard | undefined {
  const cic = decodeCic(octets);
  if (!cic.ok) return undefined;
  return { cic: cic.value, type: typeOf(octets), octets, text: textOf(octets) };
}

function said(type: "RLC" | "UBL" | "UCIC", cic: number): SaidMessage {
  return { cic, octets: encodeSignal({ type, cic }) };
}

function typeOf(octets: Uint8Array): string {
  return messageTypeOf(octets.subarray(cicOctets)) ?? "unknown";
}

function textOf(octets: Uint8Array): string {
  return `${typeOf(octets)} ${hex(octets.subarray(cicOctets))}`;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
