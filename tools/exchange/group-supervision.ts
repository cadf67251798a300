/** The answers to messages about groups of circuits and about blocking (Q.764 2.8, 2.9.3), and what they do to the circuits. */
import type { Circuit } from "./circuit.ts";
import type { CircuitStateIndication, Signal } from "./signal.ts";

export interface GroupOutcome {
  readonly replies: readonly Signal[];
  /** Circuits whose calls go down with it. */
  readonly reset: readonly Circuit[];
}

type CircuitOf = (cic: number) => Circuit | undefined;

const nothing: GroupOutcome = { replies: [], reset: [] };

/** Undefined when the message is not one of these, or for a circuit that is not there. */
export function superviseGroup(signal: Signal, circuitOf: CircuitOf): GroupOutcome | undefined {
  switch (signal.type) {
    case "BLO":
      return block(signal, "BLA", true, circuitOf);
    case "UBL":
      return block(signal, "UBA", false, circuitOf);
    case "CGB":
      return blockGroup(signal, "CGBA", true, circuitOf);
    case "CGU":
      return blockGroup(signal, "CGUA", false, circuitOf);
    case "GRS":
      return resetGroup(signal, circuitOf);
    case "CQM":
      return queryGroup(signal, circuitOf);
    case "UPT":
      return { replies: [{ type: "UPA", cic: signal.cic }], reset: [] };
    case "BLA":
    case "UBA":
    case "CGBA":
    case "CGUA":
    case "UPA":
    case "CQR":
    case "CFN":
      return nothing;
    default:
      return undefined;
  }
}

function block(
  signal: Signal,
  reply: "BLA" | "UBA",
  isBlocked: boolean,
  circuitOf: CircuitOf,
): GroupOutcome | undefined {
  const circuit = circuitOf(signal.cic);
  if (circuit === undefined) return undefined;
  circuit.blockedForMaintenance = isBlocked;
  return { replies: [{ type: reply, cic: signal.cic }], reset: [] };
}

function blockGroup(signal: Signal, reply: "CGBA" | "CGUA", isBlocked: boolean, circuitOf: CircuitOf): GroupOutcome {
  const { cic, range = 0, status = new Uint8Array(0), hardware = false } = signal;
  const named = circuitsOfRange(signal, circuitOf).filter((circuit) => bit(status, circuit.cic - cic));
  for (const circuit of named) {
    if (hardware) circuit.blockedForHardware = isBlocked;
    else circuit.blockedForMaintenance = isBlocked;
  }
  return {
    replies: [{ type: reply, cic, range, status, hardware }],
    reset: hardware && isBlocked ? named : [],
  };
}

/** A reset lifts the blocking that the node had asked for; the status of the answer says which circuits we block: none. */
function resetGroup(signal: Signal, circuitOf: CircuitOf): GroupOutcome {
  const { cic, range = 0 } = signal;
  const reset = circuitsOfRange(signal, circuitOf);
  for (const circuit of reset) {
    circuit.blockedForMaintenance = false;
    circuit.blockedForHardware = false;
    circuit.unequipped = false;
  }
  return { replies: [{ type: "GRA", cic, range, status: new Uint8Array((range >> 3) + 1) }], reset };
}

function queryGroup(signal: Signal, circuitOf: CircuitOf): GroupOutcome {
  const { cic, range = 0 } = signal;
  const circuits = Array.from({ length: range + 1 }, (_, i) => stateOf(circuitOf(cic + i)));
  return { replies: [{ type: "CQR", cic, range, circuits }], reset: [] };
}

function stateOf(circuit: Circuit | undefined): CircuitStateIndication {
  if (circuit === undefined) {
    return { callProcessing: 0, maintenanceBlocking: "both-or-unequipped", hardwareBlocking: "not-blocked" };
  }
  return {
    callProcessing: callProcessingOf(circuit),
    maintenanceBlocking: circuit.blockedForMaintenance ? "remote" : "not-blocked-or-transient",
    hardwareBlocking: circuit.blockedForHardware ? "remote" : "not-blocked",
  };
}

function callProcessingOf(circuit: Circuit): CircuitStateIndication["callProcessing"] {
  if (circuit.state === "wait-reset") return 0;
  if (circuit.call === undefined) return "idle";
  return circuit.call.direction === "incoming" ? "incoming-busy" : "outgoing-busy";
}

function circuitsOfRange({ cic, range = 0 }: Signal, circuitOf: CircuitOf): Circuit[] {
  return Array.from({ length: range + 1 }, (_, i) => circuitOf(cic + i)).filter((circuit) => circuit !== undefined);
}

function bit(status: Uint8Array, place: number): boolean {
  return (((status[place >> 3] ?? 0) >> (place & 7)) & 1) === 1;
}
