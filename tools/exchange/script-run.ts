/** Plays a script: sans-I/O, messages from the CIC on. */
import { AssertionError } from "../../firmware/result.ts";
import type { Micros } from "../../firmware/time.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import type { Script, ScriptStep } from "./script-schema.ts";
import { decodeSignal, encodeSignal, type Signal, withCic } from "./signal.ts";

export type ScriptEvent =
  | { readonly kind: "start" }
  | { readonly kind: "message"; readonly octets: Uint8Array }
  | { readonly kind: "deadline" };

export type ScriptAction =
  | { readonly kind: "send"; readonly cic: number; readonly octets: Uint8Array }
  | { readonly kind: "finished"; readonly result: ScriptResult };

export interface ScriptResult {
  readonly name: string;
  readonly passed: boolean;
  /** Why not, with the number of the step (the first is 1). */
  readonly failure?: string;
  /** What went out and came in, a line each, with the milliseconds since the start. */
  readonly transcript: readonly string[];
}

type Expectation = Extract<ScriptStep, { expect: unknown } | { expectOctets: unknown }>;

/** A message that came, from the CIC on; of a type that the codec does not know, nothing but the octets. */
interface Arrival {
  readonly octets: Uint8Array;
  readonly signal: Signal | undefined;
}

export class ScriptRun {
  readonly #script: Script;
  readonly #transcript: string[] = [];
  /** What came and no step has asked for yet. */
  #arrived: Arrival[] = [];
  #place = -1;
  /** Steps whose message is not owed. */
  readonly #excused = new Set<number>();
  #since: Micros = 0;
  #deadline: Micros | undefined;
  #startedAt: Micros = 0;
  #cic: number;
  #result: ScriptResult | undefined;
  #actions: ScriptAction[] = [];

  /** `cic` is the circuit of steps that name none, until one does. */
  constructor(script: Script, cic = 1) {
    this.#script = script;
    this.#cic = cic;
  }

  /** When `step` must be called with `deadline`. */
  nextDeadline(): Micros | undefined {
    return this.#result === undefined ? this.#deadline : undefined;
  }

  step(event: ScriptEvent, now: Micros): readonly ScriptAction[] {
    if (this.#result === undefined) {
      if (event.kind === "start") {
        this.#startedAt = now;
        this.#next(now);
      } else if (event.kind === "message") this.#receive(event.octets, now);
      this.#goOn(now);
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** The step with this number, counted from 0, does not wait for its message any more: it is known not to come. */
  excuse(step: number): void {
    this.#excused.add(step);
  }

  /**
   * Begins again at the step with this number, counted from 0, on this circuit: what was said from there on is void. The next event goes
   * on from it.
   */
  beginAgainAt(step: number, cic: number, now: Micros): void {
    if (this.#result !== undefined) return;
    this.#arrived = [];
    this.#cic = cic;
    this.#place = step - 1;
    this.#next(now);
  }

  #receive(octets: Uint8Array, now: Micros): void {
    const decoded = decodeSignal(octets);
    if (!decoded.ok && decoded.error.kind !== "unknown-type") {
      this.#fail(`a message came that cannot be decoded: ${decoded.error.kind} at ${decoded.error.offset}`);
      return;
    }
    const arrival: Arrival = { octets: octets.slice(), signal: decoded.ok ? decoded.value : undefined };
    this.#note(now, "<-", arrival);
    if (!decoded.ok || !this.#script.ignore.includes(decoded.value.type)) this.#arrived.push(arrival);
  }

  /** As many steps as can be done now. */
  #goOn(now: Micros): void {
    while (this.#result === undefined && this.#place >= 0) {
      const step = this.#script.steps[this.#place];
      const isDone = step !== undefined && this.#perform(step, now);
      if (!isDone) return;
      this.#next(now);
    }
  }

  #next(now: Micros): void {
    if (this.#result !== undefined) return;
    this.#place++;
    this.#since = now;
    this.#deadline = undefined;
    if (this.#place >= this.#script.steps.length) this.#finish();
  }

  /** Whether the step is done. */
  #perform(step: ScriptStep, now: Micros): boolean {
    if (this.#excused.has(this.#place)) return true;
    if ("wait" in step) return this.#hasPassed(step.wait, now);
    if ("at" in step) return this.#hasPassed(this.#startedAt + step.at - this.#since, now);
    if ("silence" in step) {
      const [first] = this.#arrived;
      if (first !== undefined) this.#fail(`silence expected, ${describe(first)} came`);
      return this.#hasPassed(step.silence, now);
    }
    if ("expect" in step || "expectOctets" in step) return this.#expect(step, now);
    this.#cic = step.cic ?? this.#cic;
    if ("octets" in step) this.#send(withCic(this.#cic, step.octets), now);
    else {
      const { send, parameters, cic: _, ...said } = step;
      const octets = encoded({ ...defined(said), type: send, cic: this.#cic }, parameters);
      if (typeof octets === "string") this.#fail(`${send} cannot be encoded: ${octets}`);
      else this.#send(octets, now);
    }
    return true;
  }

  #hasPassed(duration: Micros, now: Micros): boolean {
    this.#deadline = this.#since + duration;
    return now >= this.#deadline;
  }

  #expect(step: Expectation, now: Micros): boolean {
    const wanted = "expect" in step ? step.expect : `octets ${hex(step.expectOctets)}`;
    const arrival = this.#arrived.shift();
    if (arrival === undefined) {
      if (this.#hasPassed(step.within, now)) this.#fail(`${wanted} did not come`);
      return false;
    }
    const mismatch =
      "expect" in step ? mismatchOf(step, arrival.signal, this.#cic) : octetsMismatch(step, arrival.octets, this.#cic);
    if (mismatch !== undefined) {
      this.#fail(`${wanted} expected, ${describe(arrival)} came${mismatch}`);
      return false;
    }
    this.#cic = arrival.signal?.cic ?? this.#cic;
    return true;
  }

  #send(octets: Uint8Array, now: Micros): void {
    const decoded = decodeSignal(octets);
    this.#note(now, "->", { octets, signal: decoded.ok ? decoded.value : undefined });
    this.#actions.push({ kind: "send", cic: this.#cic, octets });
  }

  #note(now: Micros, direction: "->" | "<-", message: Arrival): void {
    const millis = Math.round((now - this.#startedAt) / microsPerMilli);
    this.#transcript.push(`${String(millis).padStart(6)} ms ${direction} ${describe(message)}`);
  }

  #fail(reason: string): void {
    this.#finish(`step ${this.#place + 1}: ${reason}`);
  }

  #finish(failure?: string): void {
    const { name } = this.#script;
    const outcome = failure === undefined ? { passed: true } : { passed: false, failure };
    this.#result = { name, ...outcome, transcript: this.#transcript };
    this.#actions.push({ kind: "finished", result: this.#result });
  }
}

/** What differs, in words; undefined when nothing does. An IAM may come on any circuit, what follows comes on its own. */
function mismatchOf(
  step: Extract<ScriptStep, { expect: unknown }>,
  signal: Signal | undefined,
  currentCic: number,
): string | undefined {
  if (signal?.type !== step.expect) return "";
  const cic = step.cic ?? (step.expect === "IAM" ? undefined : currentCic);
  const wanted = { cic, called: step.called, calling: step.calling, cause: step.cause, range: step.range };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined && signal[name as keyof Signal] !== value) return `: ${name} should be ${value}`;
  }
  return undefined;
}

function octetsMismatch(
  { expectOctets, cic }: Extract<ScriptStep, { expectOctets: unknown }>,
  octets: Uint8Array,
  currentCic: number,
): string | undefined {
  return hex(octets) === hex(withCic(cic ?? currentCic, expectOctets)) ? undefined : "";
}

function describe({ signal, octets }: Arrival): string {
  if (signal === undefined) return `octets ${hex(octets)}`;
  const { type, cic, ...said } = signal;
  const details = Object.entries(said).map(([name, value]) => {
    return `${name} ${value instanceof Uint8Array ? hex(value) : String(value)}`;
  });
  return [type, `CIC ${cic}`, ...details].join(" ");
}

/** The octets, or why there are none: a script may ask for what no message can hold. */
function encoded(signal: Signal, parameters: Readonly<Record<string, unknown>> | undefined): Uint8Array | string {
  try {
    return encodeSignal(signal, parameters);
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
