/** Blocking for maintenance by this node: what is said to the exchange at the other end. Rows name clauses of Q.764. */
import type { LocalBlockingState } from "./blocking-states.ts";
import { blocking, groupSupervision, unblocking } from "./own-messages.ts";
import { type Row, StateMachine } from "./state-machine.ts";
import type { Turn } from "./turn.ts";

export type BlockingEvent =
  /** An operator wants it. */
  | "block"
  | "unblock"
  /** Either end has reset the circuit: whatever the other one knew of its blocking is forgotten there. */
  | "reset"
  /** BLA, or CGBA; UBA, or CGUA. */
  | "BLA"
  | "UBA"
  | "T12"
  | "T13"
  | "T14"
  | "T15";

/** A group message names at most so many circuits, the first among them, less one (Q.763 3.43). */
const rangeMax = 31;

type BlockingAction = "say-blocked" | "say-unblocked" | "count-repetition" | "alert-maintenance";

const wanted = ["blocking", "blocking-unanswered", "blocked"] as const;
const unblockingStates = ["unblocking", "unblocking-unanswered"] as const;

const rows: readonly Row<LocalBlockingState, BlockingEvent, BlockingAction>[] = [
  [["unblocked", ...unblockingStates], "block", "blocking", ["say-blocked"]], // 2.8.2.1
  [["blocking", "blocking-unanswered"], "BLA", "blocked", []], // 2.8.2.1
  ["blocked", "BLA", "=", []], // 2.8.2.3
  ["blocked", "UBA", "blocking", ["say-blocked"]], // 2.8.2.3: the other end believes otherwise
  ["blocking", "T12", "=", ["count-repetition", "say-blocked"]], // table A.1
  ["blocking", "T13", "blocking-unanswered", ["say-blocked", "alert-maintenance"]], // table A.1
  ["blocking-unanswered", "T13", "=", ["count-repetition", "say-blocked", "alert-maintenance"]], // table A.1
  [wanted, "unblock", "unblocking", ["say-unblocked"]], // 2.8.2.1
  [unblockingStates, "UBA", "unblocked", []], // 2.8.2.1
  ["unblocking", "T14", "=", ["count-repetition", "say-unblocked"]], // table A.1
  ["unblocking", "T15", "unblocking-unanswered", ["say-unblocked", "alert-maintenance"]], // table A.1
  ["unblocking-unanswered", "T15", "=", ["count-repetition", "say-unblocked", "alert-maintenance"]], // table A.1
  [wanted, "reset", "blocking", ["say-blocked"]], // 2.9.3.1 c
  [unblockingStates, "reset", "unblocked", []], // 2.9.3.1 d
];

export const blockingMachine = new StateMachine<LocalBlockingState, BlockingEvent, BlockingAction>(rows);

const blockingEvents: ReadonlySet<string> = new Set(rows.map(([, event]) => event));

export function isBlockingTimer(timer: string): timer is BlockingEvent {
  return blockingEvents.has(timer);
}

/**
 * An event of some circuits in ascending order. What several of them have to say to the same exchange they say together.
 * @returns whether the state of any of them has a row for it
 */
export function fireBlocking(turn: Turn, circuits: readonly number[], event: BlockingEvent): boolean {
  const toBlock: number[] = [];
  const toUnblock: number[] = [];
  let isExpected = false;
  for (const circuit of circuits) {
    const { local, repeats } = turn.blocking(circuit);
    const transition = blockingMachine.find(local, event);
    if (transition === undefined) continue;
    isExpected = true;
    const { next, actions } = transition;
    const counted = actions.includes("count-repetition") ? (repeats + 1) % 16 : repeats;
    turn.setBlocking(circuit, { local: next, repeats: next === local ? counted : 0 });
    if (actions.includes("say-blocked")) toBlock.push(circuit);
    if (actions.includes("say-unblocked")) toUnblock.push(circuit);
    if (actions.includes("alert-maintenance")) alertMaintenance(turn, circuit, next);
  }
  for (const run of runsOf(turn, toBlock)) say(turn, run, blocking, "CGB");
  for (const run of runsOf(turn, toUnblock)) say(turn, run, unblocking, "CGU");
  return isExpected;
}

/**
 * An IAM on an idle circuit that the other end has confirmed to be blocked: it is told once more, and the call goes another way there
 * (2.8.2.1). A test call may use it. @returns whether the IAM is done with
 */
export function turnsAway(turn: Turn, circuit: number): boolean {
  const { message } = turn;
  if (message?.type !== "IAM" || turn.blocking(circuit).local !== "blocked") return false;
  if (turn.endpoint(circuit).state !== "idle") return false;
  if (message.parameters.callingPartyCategory.category === "test") return false;
  turn.node.counters.count("messagesUnexpected");
  turn.setBlocking(circuit, { local: "blocking", repeats: 0 });
  turn.send(circuit, blocking);
  return true;
}

function alertMaintenance(turn: Turn, circuit: number, state: LocalBlockingState): void {
  turn.node.counters.count("circuitAlarms");
  turn.alarm(`circuit ${turn.node.plan.nameOf(circuit)}: ${state}`);
}

/** Circuits that one message can name: to one exchange, their CICs within the range of the first. */
function runsOf({ node: { plan } }: Turn, circuits: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const circuit of circuits) {
    const run = runs.at(-1);
    const [first = -1] = run ?? [];
    const isSameExchange = first >= 0 && plan.exchangeOf(first) === plan.exchangeOf(circuit);
    const distance = isSameExchange ? plan.circuits.cicOf(circuit) - plan.circuits.cicOf(first) : -1;
    if (run && distance >= 0 && distance <= rangeMax) run.push(circuit);
    else runs.push([circuit]);
  }
  return runs;
}

/** One circuit is told of by a message of its own, several by that of a group (2.8.2.2). */
function say(turn: Turn, run: readonly number[], single: Uint8Array, group: "CGB" | "CGU"): void {
  const [first] = run;
  if (run.length === 1) {
    turn.send(first, single);
    return;
  }
  const { circuits } = turn.node.plan;
  const places = run.map((circuit) => circuits.cicOf(circuit) - circuits.cicOf(first));
  const named = Array.from({ length: (places.at(-1) ?? 0) + 1 }, (_, place) => places.includes(place));
  turn.send(first, groupSupervision(group, "maintenance", named));
}
