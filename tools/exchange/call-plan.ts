/**
 * What is to happen in a call. The calling exchange decides it and writes it into the called number, so that the
 * answering exchange, which knows nothing else of the call, plays its part.
 */
import type { Micros } from "../../firmware/time.ts";

/** How a call goes, in the order of their digits in the called number. */
export const scenarios = [
  /** Answered after the ring time, released by the calling side after the hold time. */
  "answer",
  /** Refused at once with cause 17. */
  "busy",
  /** Rings, then the called side gives up with cause 19. */
  "no-answer",
  /** Rings, then the calling side hangs up. */
  "abandon",
  /** Answered after the ring time, released by the called side after the hold time. */
  "called-clears",
] as const;
export type Scenario = (typeof scenarios)[number];

export interface CallPlan {
  readonly scenario: Scenario;
  /** Whether both sides send voice from answer to release. */
  readonly voice: boolean;
  /** From the IAM to the answer, or to whatever ends the ringing. */
  readonly ring: Micros;
  /** From answer to release. */
  readonly hold: Micros;
}

/** Ring and hold times go in steps of this. */
export const planStep: Micros = 10_000;
const ringDigits = 4;
const holdDigits = 5;
/** Digits that a plan takes at the end of the called number. */
export const planDigits = 2 + ringDigits + holdDigits;
export const ringMax: Micros = (10 ** ringDigits - 1) * planStep;
export const holdMax: Micros = (10 ** holdDigits - 1) * planStep;

/** The last digits of the called number: scenario, voice, ring time, hold time. */
export function encodePlan(plan: CallPlan): string {
  const time = (duration: Micros, digits: number): string =>
    String(Math.min(Math.round(duration / planStep), 10 ** digits - 1)).padStart(digits, "0");
  return `${scenarios.indexOf(plan.scenario)}${plan.voice ? 1 : 0}${time(plan.ring, ringDigits)}${time(plan.hold, holdDigits)}`;
}

/** The plan in a called number, or undefined when the number does not end in one. */
export function decodePlan(called: string): CallPlan | undefined {
  const digits = /([0-9])([01])([0-9]{4})([0-9]{5})$/.exec(called);
  if (digits === null) return undefined;
  const scenario = scenarios[Number(digits[1])];
  if (scenario === undefined) return undefined;
  return {
    scenario,
    voice: digits[2] === "1",
    ring: Number(digits[3]) * planStep,
    hold: Number(digits[4]) * planStep,
  };
}

/** Whether the plan has an answer in it. */
export function isAnswered(plan: CallPlan): boolean {
  return plan.scenario === "answer" || plan.scenario === "called-clears";
}
