/**
 * What becomes of an ISUP message that a LIM may or may not have sent before it died. The circuit's state tells whether the other
 * end still owes what the message asks for, or may still need what it says: otherwise it is known to have arrived, or the call has
 * gone on without it. Each row says why a second copy does no harm, or what is done where it would.
 */
import type { MessageType } from "../isup/dialect.ts";
import { type CircuitState, callStates, circuitStates, incomingStates, outgoingStates } from "./circuit-states.ts";

/** `repeat`: said again by another LIM. `try-again`: the circuit is reset, and the call goes over another one. */
export type Remedy = "repeat" | "try-again";

interface RepetitionRow {
  readonly types: readonly MessageType[];
  readonly states: readonly CircuitState[];
  readonly remedy: Remedy;
  /** The clause of Q.764 that makes it harmless. */
  readonly because: string;
}

const groupReset = ["group-reset-wait-gra", "group-reset-unanswered", "group-reset-member"] as const;

// biome-ignore format: one row a line
export const repetitions: readonly RepetitionRow[] = [
  { types: ["IAM"],                 states: ["outgoing-wait-acm"],                 remedy: "try-again", because: "2.9.5.1, 2.8.1: a second IAM would meet a circuit that is busy; a reset ends whatever the first began" },
  { types: ["ACM"],                 states: ["incoming-wait-anm", "incoming-answered", "wait-rlc"], remedy: "repeat", because: "2.9.5.1: after the first one an ACM is discarded; without it the answer is none" },
  { types: ["ANM", "CON"],          states: ["incoming-answered", "wait-rlc"],     remedy: "repeat",    because: "2.9.5.1: after the answer another one is discarded; the REL that follows ends an answered call" },
  { types: ["CPG"],                 states: ["incoming-wait-anm", "incoming-answered", "wait-rlc"], remedy: "repeat", because: "2.1.5: progress may be said as often as one likes" },
  { types: ["REL"],                 states: ["wait-rlc"],                          remedy: "repeat",    because: "2.9.6: T1 repeats it too, and it is answered with RLC" },
  { types: ["RLC"],                 states: ["idle", "wait-rlc"],                  remedy: "repeat",    because: "2.9.5.1 b: on an idle circuit it is discarded; 2.3.1 e: both ends may have released" },
  { types: ["RSC"],                 states: ["reset-wait-rlc", "reset-unanswered"], remedy: "repeat",   because: "2.9.3.1: T16 repeats it too" },
  { types: ["GRS"],                 states: groupReset,                            remedy: "repeat",    because: "2.9.3.2: T22 repeats it too" },
  { types: ["GRA"],                 states: ["idle", "unreset", "unequipped", ...groupReset], remedy: "repeat", because: "2.9.3.2: one that nobody waits for is discarded" },
  { types: ["BLO", "UBL", "CGB", "CGU"], states: circuitStates,                   remedy: "repeat",    because: "2.8.2: T12, T14, T18 and T20 repeat them too; what is blocked is not blocked twice" },
  { types: ["CGBA", "CGUA"],        states: circuitStates,                         remedy: "repeat",    because: "2.8.2.3: an acknowledgement that nobody waits for is discarded" },
  { types: ["BLA", "UBA", "CFN"],   states: [...callStates, "idle", "wait-rlc"],   remedy: "repeat",    because: "2.8.2.3, 2.9.5.1: an acknowledgement that nobody waits for is discarded" },
  { types: ["SUS", "RES"],          states: [...incomingStates, ...outgoingStates], remedy: "repeat",   because: "2.4, 2.5: it says in which state the call is, and is as true the second time" },
];

/** Undefined: the message is not said again. */
export function remedyFor(type: MessageType | undefined, state: CircuitState): Remedy | undefined {
  if (type === undefined) return undefined;
  return repetitions.find((row) => row.types.includes(type) && row.states.includes(state))?.remedy;
}
