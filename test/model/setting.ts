/** What one exploration is bounded by, and the rule that it does without. */
import type { Health } from "./rack-state.ts";
import type { Rule } from "./protocol-rules.ts";

export interface Bounds {
  /** Two: L1 and T. Three: L1, L2 and T. L1 sends the inputs; L1 and L2 stand in for each other. */
  readonly witnesses: 2 | 3;
  /** Inputs that L1 sends. */
  readonly inputs: number;
  /** Receivers, over all records, that may miss one. */
  readonly omissions: number;
  /** Times that somebody may take a living card for dead. */
  readonly falseSuspicions: number;
  /** Cards that fail without further condition. */
  readonly faults: number;
  /** Cards that fail after that, each only when the rack has recovered. */
  readonly laterFaults: number;
  readonly kinds: readonly Exclude<Health, "well">[];
  /** Names of the cards that may fail; all when absent. */
  readonly targets?: readonly string[];
  /** Planned switchovers. */
  readonly leaves: number;
  /** Cards that failed get well, or are inserted again. */
  readonly mends: boolean;
  /** Rows of the tables, copied one by one to an inserted call server; 0: all at once. */
  readonly copiedRows: 0 | 1 | 2;
}

export interface Setting extends Bounds {
  readonly without?: Rule;
}

export const undisturbed: Bounds = {
  witnesses: 2,
  inputs: 1,
  omissions: 0,
  falseSuspicions: 0,
  faults: 0,
  laterFaults: 0,
  kinds: ["pulled"],
  leaves: 0,
  mends: false,
  copiedRows: 0,
};

/** A claim of this term is one too many: with all rules, no scenario gets beyond term 5. */
export const termMax = 7;

export function holds(setting: Setting, rule: Rule): boolean {
  return setting.without !== rule;
}
