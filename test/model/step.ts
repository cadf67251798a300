/** One step of the rack: what happens, in words, and the state after it. */
import type { Receiver } from "./commit-delivery.ts";
import { callServerNames, copyOf, type RackState, witnessNames } from "./rack-state.ts";
import type { Setting } from "./setting.ts";

export interface Step {
  readonly text: string;
  readonly next: RackState;
  /** Faults and mends come from outside: a rack that goes on only with another fault stands still. */
  readonly kind: "own" | "fault" | "mend";
}

/** All steps of one kind that are possible in a state. */
export type Move = (state: RackState, setting: Setting) => Iterable<Step>;

export function step(
  state: RackState,
  text: string,
  change: (next: RackState) => void,
  kind: Step["kind"] = "own",
): Step {
  const next = copyOf(state);
  change(next);
  return { text, next, kind };
}

export function witnessName(state: RackState, number: number): string {
  return witnessNames(state.witnesses.length)[number];
}

export function missedText(state: RackState, missedBy: readonly Receiver[]): string {
  if (missedBy.length === 0) return "";
  const names = missedBy.map(({ kind, number }) =>
    kind === "witness" ? witnessName(state, number) : callServerNames[number],
  );
  return ` (missed by ${names.join(", ")})`;
}
