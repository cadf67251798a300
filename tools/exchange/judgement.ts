/** Whether a call went as planned, and when the next thing in it is due. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { isAnswered } from "./call-plan.ts";
import type { Call, Circuit, Outcome } from "./circuit.ts";
import type { CircuitEvent, ReleaseTimers } from "./circuit-state.ts";

export interface Judgement {
  readonly outcome: Outcome;
  readonly reason?: string;
}

/** The called side may release a little before the calling side's own count of the hold time is full. */
const holdSlack: Micros = 500 * microsPerMilli;

/** The call was ended by the node: `cause` is that of its REL, undefined when the circuit was reset under the call. */
export function judgeEndByNode(call: Call, cause: number | undefined, now: Micros): Judgement {
  const { plan, record } = call;
  const what = cause === undefined ? "circuit reset" : `released with cause ${cause}`;
  if (call.direction === "incoming") {
    const isExpected = cause !== undefined && plan.scenario !== "called-clears" && wasReleasedInTime(call, cause, now);
    return isExpected ? { outcome: "completed" } : { outcome: "unplanned", reason: `incoming call: ${what}` };
  }
  if (record.answeredMicros !== undefined) {
    const isExpected = plan.scenario === "called-clears" && cause === 16 && wasReleasedInTime(call, cause, now);
    return isExpected ? { outcome: "completed" } : { outcome: "lost-stable", reason: `conversation: ${what}` };
  }
  if (isAnswered(plan)) return { outcome: "lost-setup", reason: `before answer: ${what}` };
  const isExpected = (plan.scenario === "busy" && cause === 17) || (plan.scenario === "no-answer" && cause === 19);
  return isExpected ? { outcome: "completed" } : { outcome: "unplanned", reason: `${plan.scenario}: ${what}` };
}

/** The calling side may give up before the answer when that is the plan, and release a conversation when its time is over. */
function wasReleasedInTime({ plan, record }: Call, cause: number, now: Micros): boolean {
  if (cause !== 16) return false;
  if (record.answeredMicros === undefined) return plan.scenario === "abandon";
  return now >= record.answeredMicros + plan.hold - holdSlack;
}

/** The call was ended by our own REL when its time had come. */
export function judgeEndByPlan({ direction, plan, record }: Call): Judgement {
  if (direction === "incoming") return { outcome: "completed" };
  const isExpected = record.answeredMicros === undefined ? plan.scenario === "abandon" : plan.scenario === "answer";
  return isExpected
    ? { outcome: "completed" }
    : { outcome: "unplanned", reason: `${plan.scenario}: ended by the plan` };
}

/** Nobody answered and nobody released in time: whose fault it is depends on the plan. */
export function judgeNotAnswered({ plan, record }: Call): Judgement {
  const what = record.alertedMicros === undefined ? "no ACM" : "no answer";
  return isAnswered(plan)
    ? { outcome: "lost-setup", reason: `${what} in time` }
    : { outcome: "unplanned", reason: `${plan.scenario}: ${what}, not released in time` };
}

/** What is due next on the circuit, as things stand. */
export function nextDue(
  circuit: Circuit,
  tolerance: Micros,
  timers: ReleaseTimers,
  now: Micros,
): readonly [CircuitEvent, Micros] | undefined {
  const { state, call } = circuit;
  if (state === "wait-rlc") {
    const reset = circuit.releaseSince + timers.T5;
    return now + timers.T1 < reset ? ["T1", now + timers.T1] : ["T5", reset];
  }
  if (state === "wait-reset") return ["T16", now + timers.T16];
  return call === undefined ? undefined : nextDueInCall(state, call, tolerance);
}

function nextDueInCall(
  state: Circuit["state"],
  { plan, record }: Call,
  tolerance: Micros,
): readonly [CircuitEvent, Micros] | undefined {
  const rung = record.startedMicros + plan.ring;
  const held = (record.answeredMicros ?? record.startedMicros) + plan.hold;
  switch (state) {
    case "wait-acm":
    case "wait-anm":
      return plan.scenario === "abandon" ? ["hang-up", rung] : ["overdue", rung + tolerance];
    case "conversing":
      return plan.scenario === "called-clears" ? ["overdue", held + tolerance] : ["hang-up", held];
    case "ringing":
      if (plan.scenario === "busy") return ["hang-up", record.startedMicros];
      if (plan.scenario === "no-answer") return ["hang-up", rung];
      return plan.scenario === "abandon" ? ["overdue", rung + tolerance] : ["ring-over", rung];
    case "answered":
      return plan.scenario === "called-clears" ? ["hang-up", held] : ["overdue", held + tolerance];
    default:
      return undefined;
  }
}
