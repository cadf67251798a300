/** A circuit of the test exchange, and the call on it. */
import type { Micros } from "../../firmware/time.ts";
import type { CallPlan } from "./call-plan.ts";
import type { CircuitState } from "./circuit-state.ts";

/** How a call ended, seen from the side that made it. */
export type Outcome =
  /** As planned. */
  | "completed"
  /** It would have been answered, but was not. */
  | "lost-setup"
  /** It was answered, and then released or its voice broken without anybody's wish. */
  | "lost-stable"
  /** A call not meant to be answered ended in another way than planned; an incoming call ended in an unplanned way. */
  | "unplanned";

export type Purpose = "load" | "single" | "check";

/** A call of our own as it is told to others, among other things to be compared with the node's CDRs. Times are host-monotonic. */
export interface CallRecord {
  readonly calling: string;
  readonly called: string;
  readonly scenario: CallPlan["scenario"];
  readonly purpose: Purpose;
  cic: number;
  readonly startedMicros: Micros;
  alertedMicros?: Micros;
  answeredMicros?: Micros;
  releasedMicros?: Micros;
  /** Q.850 cause of the REL, whoever sent it. */
  cause?: number;
  releasedBy?: "exchange" | "node";
  outcome?: Outcome;
  /** Why it counts as lost or unplanned. */
  reason?: string;
}

export interface Call {
  readonly direction: "outgoing" | "incoming";
  readonly plan: CallPlan;
  readonly record: CallRecord;
}

export interface Circuit {
  readonly cic: number;
  /** Whether this exchange's IAM prevails at dual seizure: the higher point code controls the even CICs (Q.764 2.9.1.4). */
  readonly controlled: boolean;
  state: CircuitState;
  call?: Call;
  /** The IAM that began the incoming call, CIC included: a repetition has the same octets. */
  incomingIam?: Uint8Array;
  /** When it was last released. */
  idleSince: Micros;
  /** When the REL in force was first sent, and its cause. */
  releaseSince: Micros;
  releaseCause: number;
  /** Takes back the state's timer. */
  disarm?: () => void;
  /** Blocked by the node: for maintenance, for hardware failure. */
  blockedForMaintenance: boolean;
  blockedForHardware: boolean;
  /** The node said that it has no such circuit. */
  unequipped: boolean;
}

export function newCircuit(cic: number, controlled: boolean): Circuit {
  return {
    cic,
    controlled,
    state: "idle",
    idleSince: 0,
    releaseSince: 0,
    releaseCause: 16,
    blockedForMaintenance: false,
    blockedForHardware: false,
    unequipped: false,
  };
}

export function mayBeSeized(circuit: Circuit): boolean {
  return (
    circuit.state === "idle" && !circuit.blockedForMaintenance && !circuit.blockedForHardware && !circuit.unequipped
  );
}

/** The circuit for an outgoing call: the one controlled that has been idle longest, else of the others the one idle shortest (Q.764 2.9.1.3). */
export function selectCircuit(circuits: readonly Circuit[]): Circuit | undefined {
  let best: Circuit | undefined;
  for (const circuit of circuits) {
    if (!mayBeSeized(circuit)) continue;
    if (best === undefined || isPreferred(circuit, best)) best = circuit;
  }
  return best;
}

function isPreferred(circuit: Circuit, other: Circuit): boolean {
  if (circuit.controlled !== other.controlled) return circuit.controlled;
  return circuit.controlled ? circuit.idleSince < other.idleSince : circuit.idleSince > other.idleSince;
}
