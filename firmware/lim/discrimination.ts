/**
 * What becomes of a message signal unit that came over an association: message discrimination and distribution (Q.704 2.4),
 * and for ISUP the selection of a circuit and with it of a call-server group (duty 22a).
 */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import { serviceIndicator } from "../mtp3/user-parts.ts";
import { isLinkTest } from "./link-test.ts";

/** A unit, and what it is judged against. */
export interface Arrival {
  readonly unit: MessageSignalUnit;
  readonly ownPointCode: number;
  /** Of the node's network. */
  readonly networkIndicator: number;
  /** Point code of the exchange at the other end of the association. */
  readonly adjacentPointCode: number;
  /** Undefined: no room for a CIC and a message type. */
  readonly cic: number | undefined;
  /** The circuit with this CIC, if a trunk group has it. */
  readonly circuit: number | undefined;
  /** Whether any trunk group goes to the exchange. */
  readonly hasTrunkGroup: boolean;
}

/** `call-server`: to the group of the circuit. `unequipped`: to the group of the exchange's first trunk group. */
export type Disposal = "call-server" | "unequipped" | "answer-test" | "discard";

export interface DiscriminationRow {
  readonly when: (arrival: Arrival) => boolean;
  readonly disposal: Disposal;
  readonly counter: string;
  readonly clause: string;
}

const isup = serviceIndicator("ISUP");
const management = serviceIndicator("SNM");
const tests = [serviceIndicator("SNT"), serviceIndicator("SNTS")];

const otherNetwork = ({ unit, networkIndicator }: Arrival) => unit.networkIndicator !== networkIndicator;
const otherDestination = ({ unit, ownPointCode }: Arrival) => unit.dpc !== ownPointCode;
const otherOrigin = ({ unit, adjacentPointCode }: Arrival) => unit.opc !== adjacentPointCode;
const isFor = (indicator: number) => (arrival: Arrival) => arrival.unit.serviceIndicator === indicator;
const isTest = ({ unit }: Arrival) => tests.includes(unit.serviceIndicator);

// biome-ignore format: one row a line; the first that fits counts
export const discrimination: readonly DiscriminationRow[] = [
  { when: otherNetwork,                                    disposal: "discard",     counter: "other-network",         clause: "Q.704 14.2.2" },
  { when: otherDestination,                                disposal: "discard",     counter: "other-destination",     clause: "Q.704 2.4: not for this node, which transfers nothing" },
  { when: otherOrigin,                                     disposal: "discard",     counter: "other-origin",          clause: "an association serves one adjacent exchange" },
  { when: isFor(management),                               disposal: "discard",     counter: "network-management",    clause: "Q.704 15: an M3UA association has no links to manage" },
  { when: (it) => isTest(it) && isLinkTest(it.unit),       disposal: "answer-test", counter: "link-test",             clause: "Q.707 2.2" },
  { when: isTest,                                          disposal: "discard",     counter: "unknown-test",          clause: "Q.707 2.2" },
  { when: (it) => isFor(isup)(it) && it.cic === undefined, disposal: "discard",     counter: "truncated",             clause: "Q.763 1" },
  { when: (it) => isFor(isup)(it) && hasCircuit(it),       disposal: "call-server", counter: "isup",                  clause: "duty 22a" },
  { when: (it) => isFor(isup)(it) && it.hasTrunkGroup,     disposal: "unequipped",  counter: "unequipped",            clause: "Q.764 2.12" },
  { when: isFor(isup),                                     disposal: "discard",     counter: "no-trunk-group",        clause: "the exchange has no circuits here" },
  { when: () => true,                                      disposal: "discard",     counter: "user-part-unavailable", clause: "Q.704 15.17; no UPU: only a signalling gateway may send DUPU (RFC 4666 3.4.5)" },
];

export function dispose(arrival: Arrival): DiscriminationRow {
  return discrimination.find((row) => row.when(arrival)) ?? discrimination[discrimination.length - 1];
}

function hasCircuit({ circuit }: Arrival): boolean {
  return circuit !== undefined;
}
