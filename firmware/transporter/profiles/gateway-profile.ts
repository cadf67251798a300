/**
 * What differs from gateway to gateway: how endpoints are called and which commands carry out an instruction. A profile
 * says what is to be sent; when, under which transaction identifier and what follows from the answers is the same for all.
 */
import type { Circuits } from "../../configuration/circuits.ts";
import type { Gateway } from "../../configuration/rack-schema.ts";
import type { Instruction } from "../../interchange/output.ts";
import type { EndpointName, NotifiedEntity } from "../../mgcp/endpoint-name.ts";
import type { Response } from "../../mgcp/message.ts";
import type { Parameters } from "../../mgcp/parameters.ts";
import type { Verb } from "../../mgcp/verbs.ts";

/** A command but for its transaction identifier. */
export interface PlannedCommand {
  readonly verb: Verb;
  readonly endpoint: EndpointName;
  readonly parameters: Parameters;
  readonly sessions?: readonly string[];
}

export type CreateInstruction = Extract<Instruction, { readonly kind: "create" }>;
/** The instructions that concern one call. */
export type CallInstruction = Extract<Instruction, { readonly kind: "create" | "modify" | "delete" }>;

/** `mode` of an instruction: whether the voice goes to the caller only or both ways. */
export const instructionModes = { backward: 1, bothWays: 2 } as const;

/** What a profile needs to know of its surroundings. */
export interface GatewaySite {
  readonly gateway: Gateway;
  readonly circuits: Circuits;
  /** How the gateway calls the connection with this number, if that is known. */
  connectionName(number: number): string | undefined;
}

/** One command that clears the endpoints of `circuits`. */
export interface Clearing {
  readonly circuits: readonly number[];
  readonly command: PlannedCommand;
}

/** What the answers to a create said, in the gateway's own words. */
export interface CreatedConnections {
  readonly first: string | undefined;
  readonly second: string | undefined;
  /** Session description of the connection at the incoming circuit. */
  readonly session: string | undefined;
}

/** A command, or one that depends on the answer to the command before it. */
export type PlannedStep = PlannedCommand | ((before: Response) => PlannedCommand);

/** Another way to carry out an instruction, once, when it is refused with one of `codes`. */
export interface Fallback {
  readonly codes: readonly number[];
  readonly commands: readonly PlannedStep[];
}

export interface GatewayProfile {
  /** The commands of an instruction, each to be sent when the one before was answered with success. `callId` is for C:. */
  plan(instruction: CallInstruction, callId: string, site: GatewaySite): readonly PlannedCommand[];
  /** Takes back what a create may have done. */
  undo(instruction: CreateInstruction, callId: string, site: GatewaySite): readonly PlannedCommand[];
  /** What to do instead when the first refusal has one of these codes. */
  fallback(instruction: CallInstruction, callId: string, site: GatewaySite): Fallback | undefined;
  created(answers: readonly Response[]): CreatedConnections;
  /** Removes whatever is connected to the endpoints of `count` circuits from `first` on, all of one trunk group. */
  clear(first: number, count: number, site: GatewaySite): readonly Clearing[];
  /** Tells the gateway to notify this entity from now on, at all its endpoints; undefined: it notifies nobody. */
  redirection(site: GatewaySite, notifiedEntity: NotifiedEntity): PlannedCommand | undefined;
  /** A command without effect that a living gateway answers. */
  probe(site: GatewaySite): PlannedCommand;
  /** How the gateway calls the endpoint of a circuit, without the domain. */
  localName(circuit: number, site: GatewaySite): string;
}

/** The circuits from `first` on. */
export function circuitsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The first circuit that the gateway serves. */
export function firstCircuitOf({ gateway, circuits }: GatewaySite): number {
  const trunkGroup = circuits.configuration.trunkGroups.findIndex((group) => group.gateway === gateway.name);
  return trunkGroup < 0 ? 0 : circuits.rangeOf(trunkGroup).first;
}
