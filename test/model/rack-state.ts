/** A rack as plain data: two call servers, two or three witnesses, what was performed, and what may still go wrong. */
import type { Bounds } from "./setting.ts";
import { copyOfRun, keyOfRun, type Run, runAfter } from "./run-of-commits.ts";

/**
 * `frozen` does nothing and comes back as it was; `deaf` hears nothing; `mute` is heard by nobody; `hard-of-hearing` hears beats, claims
 * and grants, but neither inputs nor commits.
 */
export type Health = "well" | "pulled" | "frozen" | "deaf" | "mute" | "hard-of-hearing";

export type Role = "blank" | "incomplete" | "backup" | "primary" | "claimant" | "resigned";

/** The copy of a row on its way to an inserted call server. */
export interface RowCopy {
  readonly row: number;
  /** The commit it was taken at. */
  readonly takenAt: number;
  readonly value: number;
}

/** A call server that is being given the state. */
export interface Resynchronisation {
  /** Of the primary that gives. */
  readonly term: number;
  /** By row: the commit at which the copy that arrived was taken; -1: none has. */
  takenAt: number[];
  underWay: RowCopy | null;
}

export interface CallServer {
  health: Health;
  role: Role;
  leaving: boolean;
  /** The term followed; as primary, the own one. */
  term: number;
  run: Run;
  /** The tables: see tables.ts. */
  rows: number[];
  /** Highest input consumed: replicated with the tables. */
  consumed: number;
  /** Set of LIMs whose outputs are moved: replicated too. */
  moved: number;
  /** Sets of inputs. */
  heard: number;
  pending: number;
  /** The term claimed, or 0; whose grants have come with all they count (a set of witnesses), and whether the other resigned. */
  claim: number;
  grants: number;
  resignation: boolean;
  resynchronisation: Resynchronisation | null;
}

export interface Witness {
  health: Health;
  admitted: boolean;
  /** The term granted or followed, and whom it was granted; -1: nobody. */
  term: number;
  grantedTo: number;
  /** The term whose BEGIN was heard last, and the last sequence it confirmed. */
  begun: number;
  base: number;
  run: Run;
  /** Set of inputs heard, the own ones included. */
  heard: number;
  /** Stands in for its partner. */
  standsIn: boolean;
  /** Its outputs are its partner's: it follows and votes, but performs nothing until it is admitted again. */
  dismissed: boolean;
  /** Stood still, and does not know yet what it has missed. */
  away: boolean;
  /** The last claim refused. Looked at only where claims are not judged afresh. */
  refused: number;
}

/** Every commit of an input has one output for every witness: its share. */
export interface Performed {
  readonly by: number;
  readonly share: number;
  readonly sequence: number;
  readonly term: number;
  readonly input: number;
  /** Performed for the partner, whose mark this was; null: its own share. */
  readonly mark: number | null;
  /** By a card that had stood still, when the primary had moved its outputs already. */
  readonly late: boolean;
}

export interface RackState {
  callServers: CallServer[];
  witnesses: Witness[];
  /** Inputs that L1 has broadcast; those up to `earlierInputs` in an earlier incarnation. */
  inputs: number;
  earlierInputs: number;
  performed: Performed[];
  left: { omissions: number; falseSuspicions: number; faults: number; laterFaults: number; leaves: number };
}

export const callServerNames = ["A", "B"] as const;

const namesOfTwo = ["L1", "T"] as const;
const namesOfThree = ["L1", "L2", "T"] as const;

export function witnessNames(count: number): readonly string[] {
  return count === 2 ? namesOfTwo : namesOfThree;
}

/** The LIM that stands in for another, where there are two. */
export function partnerOf(state: RackState, witness: number): number | undefined {
  return state.witnesses.length === 3 && witness < 2 ? 1 - witness : undefined;
}

export function bit(number: number): number {
  return 1 << number;
}

/** A rack in service: A is primary of term 1, whose BEGIN was commit 1. */
export function initialState(bounds: Bounds): RackState {
  const callServer = (role: Role): CallServer => ({ ...blankCallServer("well"), role, term: 1, run: runAfter(1, 1) });
  const witness = (): Witness => ({
    health: "well",
    admitted: true,
    term: 1,
    grantedTo: -1,
    begun: 1,
    base: 0,
    run: runAfter(1, 1),
    heard: 0,
    standsIn: false,
    dismissed: false,
    away: false,
    refused: 0,
  });
  const { omissions, falseSuspicions, faults, laterFaults, leaves } = bounds;
  return {
    callServers: [callServer("primary"), callServer("backup")],
    witnesses: Array.from({ length: bounds.witnesses }, witness),
    inputs: 0,
    earlierInputs: 0,
    performed: [],
    left: { omissions, falseSuspicions, faults, laterFaults, leaves },
  };
}

/** A call server that was just inserted. */
export function blankCallServer(health: Health): CallServer {
  return {
    health,
    role: "blank",
    leaving: false,
    term: 0,
    run: runAfter(0, 0),
    rows: [0, 0],
    consumed: 0,
    moved: 0,
    heard: 0,
    pending: 0,
    claim: 0,
    grants: 0,
    resignation: false,
    resynchronisation: null,
  };
}

/** A witness that was just inserted. Of its earlier life it is still known how far it had got. */
export function newcomer(last: number): Witness {
  return {
    health: "well",
    admitted: false,
    term: 0,
    grantedTo: -1,
    begun: 0,
    base: 0,
    run: runAfter(last, 0),
    heard: 0,
    standsIn: false,
    dismissed: false,
    away: false,
    refused: 0,
  };
}

/** A state that may be changed without the other noticing. What a move changes it replaces or changes here. */
export function copyOf(state: RackState): RackState {
  return {
    callServers: state.callServers.map((card) => ({
      ...card,
      run: copyOfRun(card.run),
      rows: [...card.rows],
      resynchronisation: card.resynchronisation && {
        ...card.resynchronisation,
        takenAt: [...card.resynchronisation.takenAt],
      },
    })),
    witnesses: state.witnesses.map((card) => ({ ...card, run: copyOfRun(card.run) })),
    inputs: state.inputs,
    earlierInputs: state.earlierInputs,
    performed: [...state.performed],
    left: { ...state.left },
  };
}

/** Two states with the same key are the same. What was performed has no order between cards. */
export function keyOf({ callServers, witnesses, performed, inputs, earlierInputs, left }: RackState): string {
  const cards = [...callServers, ...witnesses].map(({ run, ...card }) => [
    keyOfRun(run),
    ...Object.values(card).map(plain),
  ]);
  const outputs = performed.map((output) => Object.values(output).join()).sort();
  return [...cards, ...outputs, inputs, earlierInputs, ...Object.values(left)].join(";");
}

function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
