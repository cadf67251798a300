/**
 * What a call server has others do: the outputs in a commit record. `slot` is the card that performs it.
 *
 * An ISUP message that is (nearly) the one the commit consumed is not said again: `copy` and `splice` refer to it.
 */
import { layout, list, octets, u8, u16, u24, u32, type ValueOf, variants, varint } from "../layout/layout.ts";

/** Bits an output gives to the slot of the card that performs it; the other two bits of the octet tell the kinds apart. */
const slot = { slot: 6 } as const;

const callInstructions = {
  /**
   * Connect the endpoints of two circuits. `mode` of the connection at the first endpoint (the incoming circuit's):
   * 1 receive only (backward path), 2 both ways.
   */
  create: [1, layout("create", { call: u24, circuit: varint, otherCircuit: varint, mode: u8 })],
  /** Change the mode of a connection. The identifiers are those that `created` told. */
  modify: [
    2,
    layout("modify", {
      call: u24,
      circuit: varint,
      otherCircuit: varint,
      mode: u8,
      identifier: u32,
      secondIdentifier: u32,
    }),
  ],
  /** Remove the connection (both ends). Identifiers are 0 when they never became known. */
  delete: [
    3,
    layout("delete", { call: u24, circuit: varint, otherCircuit: varint, identifier: u32, secondIdentifier: u32 }),
  ],
} as const;

/** What is done in a media gateway for a call: each is answered. */
export const callInstruction = variants("call instruction", callInstructions);

/** What a transporter is told to do in a media gateway, or a LIM apart from sending an ISUP message. */
export const instruction = variants("instruction", {
  ...callInstructions,
  /** Remove whatever is connected to the endpoints of a range of circuits (cold start, gateway restart). */
  clear: [4, layout("clear", { circuit: varint, count: varint })],
  /** Send an ISUP message for a CIC that no trunk group has (UCIC). */
  unequipped: [5, layout("unequipped", { exchange: u8, cic: u16, message: octets })],
  /** Ask the network about a destination (DAUD). */
  auditDestination: [6, layout("audit destination", { exchange: u8 })],
  /** Do what output `index` of an earlier commit told another transporter to do, and under the same transaction. */
  again: [7, layout("again", { term: varint, sequence: varint, index: varint, instruction: callInstruction })],
  /** The gateway is controlled from here now: it is to notify this transporter. */
  control: [8, layout("control", { gateway: u8 })],
});

export type CallInstruction = ValueOf<typeof callInstruction>;
export type Instruction = ValueOf<typeof instruction>;

export const output = variants(
  "output",
  {
    /** The consumed ISUP message as it is, on another circuit. */
    copy: [0, layout("copy", { circuit: varint })],
    /** The consumed ISUP message with the octets between its first `head` and its last `tail` octets replaced. */
    splice: [1, layout("splice", { circuit: varint, head: varint, tail: varint, middle: octets })],
    /** An ISUP message from its message type octet on. */
    message: [2, layout("message", { circuit: varint, message: octets })],
    instruct: [3, layout("instruct", { instruction })],
  },
  slot,
);

export type Output = ValueOf<typeof output>;

/** The part of a commit's body that witnesses read: it comes first, so that they need not understand the changes after it. */
export const outputs = list(output);
