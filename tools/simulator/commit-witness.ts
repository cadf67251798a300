/** Sees every commit that any card of the rack is given, and says when two cards are not given the same. */
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import type { SimulatedCard } from "./simulated-card.ts";

export class CommitWitness {
  /** By sequence: the term and octets of the commit as it was first given to a LIM or transporter, and to whom. */
  readonly #performed = new Map<number, { readonly what: string; readonly input: Uint8Array; readonly slot: number }>();
  readonly #last = new Map<SimulatedCard, number>();

  /** @returns what is wrong with it */
  observe(card: SimulatedCard, event: ApplicationEvent): string | undefined {
    if (event.kind === "forget") this.#last.delete(card);
    if (event.kind !== "commit") return undefined;
    const { sequence, term, consumed, body, input } = event.commit;
    const last = this.#last.get(card);
    this.#last.set(card, sequence);
    if (last !== undefined && sequence <= last) return `slot ${card.slot} is given commit ${sequence} after ${last}`;
    const what = `${term} ${JSON.stringify(consumed)} ${body}`;
    const before = this.#performed.get(sequence);
    // Where a commit does not refer to its input, a card may do without it.
    if (before === undefined || before.input.length === 0) {
      this.#performed.set(sequence, { what, input, slot: card.slot });
    }
    if (
      before !== undefined &&
      (before.what !== what || (input.length > 0 && before.input.length > 0 && `${before.input}` !== `${input}`))
    ) {
      return `commit ${sequence} is "${what}" at slot ${card.slot} and was "${before.what}" at slot ${before.slot}`;
    }
    return undefined;
  }
}
