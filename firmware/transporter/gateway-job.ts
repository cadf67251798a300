/** Instructions made ready for a gateway: what is to be sent, for whom, and what is left to do when it stays unanswered. */
import type { Instruction } from "../interchange/output.ts";
import { InstructionRun, type RunPlan } from "./instruction-run.ts";
import {
  type CallInstruction,
  type GatewayProfile,
  type GatewaySite,
  instructionModes,
} from "./profiles/gateway-profile.ts";
import { assert } from "../result.ts";
import {
  callTransactionId,
  clearTransactionId,
  commandsPerInstruction,
  type InstructionPlace,
} from "./transaction-identifier.ts";

/** What a datagram is about, for the trace. */
export interface Regarding {
  /** Circuits whose endpoints are concerned, the incoming one first. */
  readonly circuits: readonly number[];
  readonly call: number | undefined;
}

/** What a job is made of. */
interface JobParts {
  readonly plan: RunPlan;
  readonly place: InstructionPlace;
  readonly call: number | undefined;
  /** Undefined: nobody is told the outcome. */
  readonly instruction?: CallInstruction | undefined;
  /** What the gateway must do yet when it did not answer this. */
  readonly cleanUp?: RunPlan | undefined;
}

/** An instruction under way, or the making up for one that was not answered. */
export class GatewayJob extends InstructionRun implements Regarding {
  readonly place: InstructionPlace;
  readonly call: number | undefined;
  readonly instruction: CallInstruction | undefined;
  readonly cleanUp: RunPlan | undefined;
  /** Whether the gateway may have got any of it. */
  wasSent = false;
  /** Of its commands that were answered. */
  readonly transactions: number[] = [];

  constructor({ plan, place, call, instruction, cleanUp }: JobParts) {
    super(plan);
    this.place = place;
    this.call = call;
    this.instruction = instruction;
    this.cleanUp = cleanUp;
  }

  /** The job that makes up for this one. `again`: should that not be answered either, it is to be made up for in turn. */
  makeUp(plan: RunPlan, again: boolean): GatewayJob {
    return new GatewayJob({ plan, place: this.place, call: this.call, cleanUp: again ? plan : undefined });
  }
}

/** The last numbers of a create are for its undoing. */
const undoFirst = commandsPerInstruction - 2;

export function callJob(
  instruction: CallInstruction,
  place: InstructionPlace,
  profile: GatewayProfile,
  site: GatewaySite,
): GatewayJob {
  const { kind, circuit, otherCircuit, call } = instruction;
  const callId = callIdOf(place.group, call);
  const circuits = circuit === otherCircuit ? [circuit] : [circuit, otherCircuit];
  const plan: RunPlan = {
    circuits,
    commands: profile.plan(instruction, callId, site),
    fallback: profile.fallback(instruction, callId, site),
    undo: kind === "create" ? profile.undo(instruction, callId, site) : undefined,
    transactionId: (sent) => callTransactionId(place, sent),
  };
  switch (kind) {
    case "create": {
      assert(isMode(instruction.mode), `mode ${instruction.mode} of a connection`);
      const commands = profile.undo(instruction, callId, site);
      const cleanUp = {
        circuits,
        commands,
        transactionId: (sent: number) => callTransactionId(place, undoFirst + sent),
      };
      return new GatewayJob({ plan, place, call, instruction, cleanUp });
    }
    case "modify":
      assert(isMode(instruction.mode), `mode ${instruction.mode} of a connection`);
      return new GatewayJob({ plan, place, call, instruction });
    case "delete":
      return new GatewayJob({ plan, place, call, instruction, cleanUp: plan });
  }
}

export function clearJobs(
  { circuit: first, count }: Extract<Instruction, { readonly kind: "clear" }>,
  place: InstructionPlace,
  profile: GatewayProfile,
  site: GatewaySite,
): readonly GatewayJob[] {
  return profile.clear(first, count, site).map(({ circuits, command }) => {
    const transactionId = () => clearTransactionId(place, circuits[0]);
    const plan = { circuits, commands: [command], transactionId };
    return new GatewayJob({ plan, place, call: undefined, cleanUp: plan });
  });
}

/** C: of a call. Call references are a group's own: the group goes in front. */
export function callIdOf(group: number, call: number): string {
  return (group * 2 ** 24 + call).toString(16).toUpperCase();
}

function isMode(mode: number): boolean {
  return mode === instructionModes.backward || mode === instructionModes.bothWays;
}
