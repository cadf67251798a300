/**
 * MGCP transaction identifiers derived from what is being done, not counted: another transporter that is told to do the
 * same says the same number, and the gateway, which looks at the number only, does it at most once (RFC 3435 3.5.1).
 *
 * The numbers 1 to 999,999,999 are divided among the groups; each group has a range for instructions of calls and one for
 * clearing. What is left at the top is for probes, which may be done as often as one likes.
 */
import { transactionIdMax } from "../mgcp/value-forms.ts";

/** Where an instruction stands: the output `index` of a commit. */
export interface InstructionPlace {
  readonly group: number;
  readonly term: number;
  readonly sequence: number;
  readonly index: number;
}

/** Commands that one instruction takes, repairs included. */
export const commandsPerInstruction = 8;
/** Outputs of one commit that have numbers of their own; those above borrow from the commits that follow. */
export const outputsPerCommit = 128;

const callRange = 50_000_000;
const clearRange = 16_000_000;
const groupRange = callRange + clearRange;
const groupsMax = 15;
const probeFirst = groupsMax * groupRange + 1;
const probeRange = transactionIdMax - probeFirst + 1;
/** After a cold start sequences begin anew, but not terms: this many commits lie between the numbers of two terms. */
const sequencesPerTerm = 1009;
/** A prime, so that clearings of different commits meet on the same number as late as can be. */
const clearStride = 1_000_003;

/** Of the `command`th command (from 0) of an instruction. Repeats after 48,828 commits, which is longer than T-HIST at 1000 a second. */
export function callTransactionId({ group, term, sequence, index }: InstructionPlace, command: number): number {
  const commit = (sequence + term * sequencesPerTerm) % callRange;
  const offset = commit * outputsPerCommit * commandsPerInstruction + index * commandsPerInstruction + command;
  return 1 + (group - 1) * groupRange + (offset % callRange);
}

/** Of the command that clears the endpoints from `circuit` on. */
export function clearTransactionId({ group, term, sequence }: InstructionPlace, circuit: number): number {
  const commit = (sequence + term * sequencesPerTerm) % clearRange;
  return 1 + (group - 1) * groupRange + callRange + ((commit * clearStride + circuit) % clearRange);
}

const slotsMax = 64;

/** Of the `count`th command that the card in a slot sends without an instruction, such as a probe: no other card's is the same. */
export function probeTransactionId(count: number, slot: number): number {
  return probeFirst + ((count * slotsMax + slot) % probeRange);
}
