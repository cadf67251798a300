/**
 * The commits of a group as an onlooker knows them who sees every card at once: what each primary has committed, where its term
 * began, and who was given what. What a term has not taken over when it began never was.
 */
import type { Consumed } from "../../firmware/backplane/commit.ts";
import type { ApplicationAction, ApplicationEvent } from "../../firmware/card/application.ts";
import type { Complain } from "./invariants.ts";
import type { SimulatedCard } from "./simulated-card.ts";

type CommitAction = Extract<ApplicationAction, { readonly kind: "commit" }>;
type DeliveredCommit = Extract<ApplicationEvent, { readonly kind: "commit" }>["commit"];

interface Entry {
  readonly term: number;
  readonly consumed: Consumed;
  readonly refersToInput: boolean;
  readonly body: Uint8Array;
  performed: boolean;
}

export class GroupHistory {
  readonly #complain: Complain;
  readonly #entries = new Map<number, Entry>();
  /** Sequence of each term's BEGIN. */
  readonly #begins = new Map<number, number>();
  #term = 0;
  #begun = 0;
  /** By slot of the sender: the incarnation admitted last, and its highest number consumed. */
  readonly #marks = new Map<number, { incarnation: number; number: number }>();
  /** What each card was given last. */
  readonly #given = new Map<SimulatedCard, number>();
  /** By slot of a LIM or transporter: what was performed there last, by whatever card. */
  readonly #performed = new Map<number, number>();

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  /** The term of the commit with this sequence, if it is one. */
  termOf(sequence: number): number | undefined {
    return this.#entries.get(sequence)?.term;
  }

  /** The term that began last. */
  get term(): number {
    return this.#term;
  }

  /** A call server has become primary with a BEGIN of this sequence. */
  began(slot: number, term: number, sequence: number, cold: boolean): void {
    if (this.#begins.has(term)) this.#complain("one primary a term", `slot ${slot} begins term ${term} once more`);
    this.#begins.set(term, sequence);
    // Granted long ago, and those who granted it have gone on to a higher term: nobody follows it.
    if (term < this.#term) return;
    if (cold) {
      if (this.#begun > 0) this.#complain("state survives", `slot ${slot} starts cold in term ${term}`);
      for (const known of [this.#entries, this.#begins, this.#performed, this.#given]) known.clear();
    }
    for (const [each, entry] of this.#entries) {
      if (each < sequence) continue;
      if (entry.performed) {
        const what = `commit ${each} of term ${entry.term} was performed, and term ${term} begins at ${sequence}`;
        this.#complain("no void effect", what);
      }
      this.#entries.delete(each);
    }
    this.#begins.set(term, sequence);
    this.#term = term;
    this.#begun++;
    const begin: Consumed = { kind: "begin", cold };
    this.#entries.set(sequence, {
      term,
      consumed: begin,
      refersToInput: false,
      body: new Uint8Array(0),
      performed: false,
    });
    this.#marks.clear();
    for (let each = 1; each < sequence; each++) this.#consume(this.#entries.get(each)?.consumed);
  }

  /** The primary of a term has made a commit. */
  committed(term: number, action: CommitAction): void {
    // The last words of a primary that has been replaced.
    if (term !== this.#term) return;
    const { sequence, consumed, refersToInput, body } = action;
    const wrong = this.#consume(consumed);
    if (wrong !== undefined) this.#complain("inputs once", `commit ${sequence} consumes ${wrong}`);
    this.#entries.set(sequence, { term, consumed, refersToInput, body, performed: false });
  }

  /** @returns what is wrong with it */
  #consume(consumed: Consumed | undefined): string | undefined {
    if (consumed?.kind === "admit") {
      const { slot, incarnation } = consumed;
      if (this.#marks.get(slot)?.incarnation !== incarnation) this.#marks.set(slot, { incarnation, number: 0 });
    }
    if (consumed?.kind !== "input") return undefined;
    const mark = this.#marks.get(consumed.slot);
    const due = (mark?.number ?? 0) + 1;
    if (mark) mark.number = Math.max(mark.number, consumed.number);
    if (mark && consumed.number === due) return undefined;
    return `input ${consumed.number} of slot ${consumed.slot}, where ${mark ? due : "none"} was due`;
  }

  /** A card's communication processor has decided to give its application a commit. */
  given(card: SimulatedCard, commit: DeliveredCommit, performs: boolean): void {
    const { sequence, term } = commit;
    const where = `slot ${card.slot}`;
    const last = this.#given.get(card);
    this.#given.set(card, sequence);
    const entry = this.#entries.get(sequence);
    if (entry?.term !== term || !sameCommit(entry, commit)) {
      const found = entry ? `${kindOf(entry)} of term ${entry.term}` : "not known";
      this.#complain("one history", `${where} is given commit ${sequence} of term ${term}, which is ${found}`);
    } else if (entry.refersToInput && commit.input.length === 0) {
      this.#complain("one history", `${where} is given commit ${sequence} without its input`);
    }
    if (last !== undefined && sequence <= last && !performs) {
      this.#complain("one history", `${where} is given commit ${sequence} after ${last}`);
    }
    if (performs) this.#decided(card, sequence, term);
  }

  #decided(card: SimulatedCard, sequence: number, term: number): void {
    const where = `slot ${card.slot}`;
    const followed = card.communication.member.term();
    const begin = this.#begins.get(followed);
    if (begin === undefined || (term !== followed && sequence >= begin)) {
      const why = begin === undefined ? "has not begun" : `began at ${begin}`;
      const what = `${where} performs commit ${sequence} of term ${term} in term ${followed}, which ${why}`;
      this.#complain("followed term", what);
    }
    const last = this.#performed.get(card.slot);
    this.#performed.set(card.slot, Math.max(sequence, last ?? 0));
    if (last === undefined) return;
    if (sequence <= last) this.#complain("performed once", `${where} performs commit ${sequence} after ${last}`);
    for (let between = last + 1; between < sequence; between++) {
      const consumed = this.#entries.get(between)?.consumed;
      // What is before an admission is left to whoever was admitted then.
      const admitted = consumed?.kind === "admit" && consumed.slot === card.slot;
      if (admitted || consumed?.kind === "begin") continue;
      if (this.#admittedAfter(between, sequence, card.slot)) continue;
      this.#complain("performed once", `${where} performs commit ${sequence} after ${last} and leaves ${between} out`);
      return;
    }
  }

  #admittedAfter(sequence: number, until: number, slot: number): boolean {
    for (let each = sequence + 1; each < until; each++) {
      const consumed = this.#entries.get(each)?.consumed;
      if (consumed?.kind === "admit" && consumed.slot === slot) return true;
    }
    return false;
  }

  /** A LIM's or transporter's application has done what a commit says. */
  performed({ sequence, term }: DeliveredCommit): void {
    const entry = this.#entries.get(sequence);
    if (entry?.term === term) entry.performed = true;
  }

  /** A call server has forgotten all. */
  forgot(card: SimulatedCard): void {
    this.#given.delete(card);
  }
}

function sameCommit(entry: Entry, commit: DeliveredCommit): boolean {
  const { body } = commit;
  if (JSON.stringify(entry.consumed) !== JSON.stringify(commit.consumed)) return false;
  return body.length === entry.body.length && body.every((octet, index) => octet === entry.body[index]);
}

function kindOf({ consumed }: Entry): string {
  return consumed.kind === "input"
    ? `one that consumes input ${consumed.number} of slot ${consumed.slot}`
    : consumed.kind;
}
