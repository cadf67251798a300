/** What a row of the catalogue is made of: what each exchange says and hears, what the gateway does, what is to be left. */
import type { MessageType } from "../../../firmware/isup/dialect.ts";
import type { TimerName } from "../../../firmware/isup/timers.ts";
import type { ScriptStep } from "../../../tools/exchange/script-schema.ts";
import type { GatewayFault } from "../../../tools/simulator/simulated-gateway.ts";

/** What one exchange does on circuits that nobody else of the scenario uses. */
export interface Part {
  readonly at: "west" | "east";
  /** The first is the one it begins on. */
  readonly cics: readonly number[];
  readonly steps: readonly ScriptStep[];
  /** Where a call of its own goes when the first circuit is reset before anything came backward. */
  readonly spare?: number;
  /** It makes the call again that another part begins on this circuit, and that gives way there. */
  readonly repeats?: number;
}

export interface Scenario {
  readonly name: string;
  /** All begin at the same moment, in this order. */
  readonly parts: readonly Part[];
  /** Over before the scenario begins, and not disturbed. */
  readonly before?: readonly Part[];
  readonly gateway?: readonly GatewayFault[];
  /** To each exchange; left out, 4. */
  readonly circuits?: number;
  /** From the beginning on, neither exchange says anything for so long. */
  readonly calmMillis?: number;
  readonly timersMillis?: Readonly<Partial<Record<TimerName, number>>>;
  /** The call detail records: whether the call was answered, and its cause (Q.850). */
  readonly records: readonly string[];
  /** Circuits that are not as they were before the first call: name, state, blocking. */
  readonly left?: readonly string[];
}

const microsPerMilli = 1000;

export function west(cics: readonly number[], ...steps: readonly ScriptStep[]): Part {
  return { at: "west", cics, steps };
}

export function east(cics: readonly number[], ...steps: readonly ScriptStep[]): Part {
  return { at: "east", cics, steps };
}

type Said<K extends "send" | "expect"> = Omit<Extract<ScriptStep, Record<K, unknown>>, K | "within">;

export function send(type: MessageType, said: Said<"send"> = {}): ScriptStep {
  return { send: type, ...said };
}

export function sendOctets(...octets: readonly number[]): ScriptStep {
  return { octets: Uint8Array.from(octets) };
}

export function expect(type: MessageType, said: Said<"expect"> = {}): ScriptStep {
  return { expect: type, within: 1000 * microsPerMilli, ...said };
}

export function expectOctets(...octets: readonly number[]): ScriptStep {
  return { expectOctets: Uint8Array.from(octets), within: 1000 * microsPerMilli };
}

export function wait(millis: number): ScriptStep {
  return { wait: millis * microsPerMilli };
}

/** Until so long after the beginning of the scenario. */
export function at(millis: number): ScriptStep {
  return { at: millis * microsPerMilli };
}
