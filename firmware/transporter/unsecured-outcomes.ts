/**
 * Instructions whose outcome has been told and may still be lost with this card: no commit has consumed it yet. Until then the answers
 * to their commands are not acknowledged, for a gateway forgets what was acknowledged (RFC 3435 3.5.3), and another transporter that
 * repeats the commands would never hear of it.
 */
import type { Input } from "../interchange/input.ts";
import type { CallInstruction } from "./profiles/gateway-profile.ts";

/** `verb` of an answer: the instruction's tag in interchange/output.ts. */
export const verbTags: Readonly<Record<CallInstruction["kind"], number>> = { create: 1, modify: 2, delete: 3 };

/** What is done with an instruction, and which transactions it took. */
export interface Outcome {
  readonly transactions: readonly number[];
}

export class UnsecuredOutcomes<O extends Outcome> {
  readonly #outcomesMax: number;
  /** By group, call and verb, the oldest first. */
  readonly #told = new Map<string, readonly O[]>();

  /** @param outcomesMax what is told beyond is taken for secured, the oldest first */
  constructor(outcomesMax: number) {
    this.#outcomesMax = outcomesMax;
  }

  /** An outcome is told. @returns those that had to make room */
  tell(group: number, { kind, call }: CallInstruction, outcome: O): readonly O[] {
    const key = keyOf(group, call, verbTags[kind]);
    this.#told.set(key, [...(this.#told.get(key) ?? []), outcome]);
    if (this.#told.size <= this.#outcomesMax) return [];
    const [oldest] = this.#told.keys();
    return this.#takeOut(oldest);
  }

  /** A commit has consumed what was told. @returns whose answers cannot get lost any more */
  consumed(group: number, told: Input): readonly O[] {
    if (told.kind === "created") return this.#takeOut(keyOf(group, told.call, verbTags.create));
    if (told.kind === "done" || told.kind === "refused") return this.#takeOut(keyOf(group, told.call, told.verb));
    return [];
  }

  /** Instructions whose outcome is told and not secured. */
  get size(): number {
    return this.#told.size;
  }

  #takeOut(key: string): readonly O[] {
    const outcomes = this.#told.get(key) ?? [];
    this.#told.delete(key);
    return outcomes;
  }
}

function keyOf(group: number, call: number, verb: number): string {
  return `${group} ${call} ${verb}`;
}
