/**
 * The commits of a group as an onlooker knows them who sees every card at once: what each primary has committed, where its term
 * began and after which other, and who was given what. What a term has not taken over when it began never was, but a card that has
 * not heard of the new term may still follow the old one.
 */
import type { Beginning } from "../../firmware/backplane/call-server-member.ts";
import type { Consumed } from "../../firmware/backplane/commit.ts";
import type { ApplicationAction, ApplicationEvent } from "../../firmware/card/application.ts";
import type { Micros } from "../../firmware/time.ts";
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
  /** When a card was given it first. */
  givenAt: Micros | undefined;
}

/** A commit that dismisses a card, or admits it. */
interface Word {
  readonly slot: number;
  readonly sequence: number;
  readonly entry: Entry;
}

/** A card that others have known to be dismissed for so long can know it, too. */
const knownAfterMicros: Micros = 15_000;

/** What the primary of one term has committed; before its BEGIN that is what the earlier term had. */
interface Line extends Beginning {
  readonly entries: Map<number, Entry>;
  /** Of its entries, in order. */
  readonly words: Word[];
}

interface Given {
  readonly sequence: number;
  readonly term: number;
}

export class GroupHistory {
  readonly #group: number;
  readonly #complain: Complain;
  /** By term. */
  readonly #lines = new Map<number, Line>();
  /** The term that began last and is followed by those who granted it. */
  #term = 0;
  /** By slot of the sender: the incarnation admitted last, and its highest number consumed. */
  readonly #marks = new Map<number, { incarnation: number; number: number }>();
  /** What each card was given last. */
  readonly #given = new Map<SimulatedCard, Given>();
  /** By slot of a LIM or transporter: what was performed there last, by whatever card. */
  readonly #performed = new Map<number, number>();

  constructor(group: number, complain: Complain) {
    this.#group = group;
    this.#complain = complain;
  }

  /** The term of the commit with this sequence for whoever follows the term `line`, if there is one. */
  termOf(sequence: number, line: number): number | undefined {
    return this.#entry(sequence, line)?.term;
  }

  #entry(sequence: number, term: number): Entry | undefined {
    let line = this.#lines.get(term);
    while (line !== undefined && sequence < line.sequence) {
      // A term that has begun twice, where a rule is missing, may even say that it came after itself.
      line = line.afterTerm < line.term ? this.#lines.get(line.afterTerm) : undefined;
    }
    return line?.entries.get(sequence);
  }

  /** A call server has become primary. */
  began(slot: number, beginning: Beginning): void {
    const { term, sequence, afterTerm, cold } = beginning;
    if (this.#lines.has(term)) this.#complain("one primary a term", `slot ${slot} begins term ${term} once more`);
    const isFollowed = term >= this.#term;
    if (isFollowed && cold) {
      if (this.#lines.size > 0) this.#complain("state survives", `slot ${slot} starts cold in term ${term}`);
      for (const known of [this.#lines, this.#performed, this.#given]) known.clear();
    }
    const begin: Consumed = { kind: "begin", cold, afterTerm };
    const first = entryOf(term, begin, false, new Uint8Array(0));
    this.#lines.set(term, { ...beginning, entries: new Map([[sequence, first]]), words: [] });
    // Granted long ago, and those who granted it have gone on to a higher term: nobody follows it.
    if (!isFollowed) return;
    this.#lookForVoidEffects(beginning);
    this.#term = term;
    this.#marks.clear();
    for (let each = 1; each < sequence; each++) this.#consume(this.#entry(each, term)?.consumed);
  }

  /** What was performed is to be on the line of every later term. */
  #lookForVoidEffects({ term, sequence }: Beginning): void {
    for (const { entries } of this.#lines.values()) {
      for (const [each, entry] of entries) {
        if (!entry.performed || this.#entry(each, term) === entry) continue;
        entry.performed = false;
        const what = `commit ${each} of term ${entry.term} was performed, and term ${term} begins at ${sequence}`;
        this.#complain("no void effect", what);
      }
    }
  }

  /** The primary of a term has made a commit. */
  committed(term: number, action: CommitAction): void {
    const { sequence, consumed, refersToInput, body } = action;
    // What a primary that has been replaced says last may have been consumed by the next one already.
    const wrong = term === this.#term ? this.#consume(consumed) : undefined;
    if (wrong !== undefined) this.#complain("inputs once", `commit ${sequence} consumes ${wrong}`);
    const entry = entryOf(term, consumed, refersToInput, body);
    const line = this.#lines.get(term);
    line?.entries.set(sequence, entry);
    const isWord = consumed.kind === "admit" || consumed.kind === "dismiss";
    if (isWord) line?.words.push({ slot: consumed.slot, sequence, entry });
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

  /** A card's communication processor has decided to give its application a commit; of a void one only what it consumed. */
  given(card: SimulatedCard, commit: DeliveredCommit, performs: boolean, now: Micros): void {
    const { sequence, term } = commit;
    const where = `slot ${card.slot}`;
    const last = this.#given.get(card);
    this.#given.set(card, { sequence, term });
    const entry = this.#lines.get(term)?.entries.get(sequence);
    if (entry) entry.givenAt ??= now;
    const isVoid = performs && entry !== undefined && isVoided(entry, commit);
    if (entry === undefined || !(isVoid || sameCommit(entry, commit))) {
      const found = entry ? kindOf(entry) : "not known";
      this.#complain("one history", `${where} is given commit ${sequence} of term ${term}, which is ${found}`);
    } else if (entry.refersToInput && commit.input.length === 0) {
      this.#complain("one history", `${where} is given commit ${sequence} without its input`);
    }
    if (last !== undefined && !performs) this.#lookAtOrder(where, commit, last);
    if (!performs) return;
    this.#decided(card, sequence, term);
    if (entry !== undefined && entry.body.length > 0) this.#lookAtDismissal(card, sequence, isVoid, now);
  }

  /** What the dismissals and admissions of its card say of a commit that it does, or that is void to it. */
  #lookAtDismissal(card: SimulatedCard, sequence: number, isVoid: boolean, now: Micros): void {
    const words = [...this.#wordsOf(card.slot, card.memberOf(this.#group).term())];
    const before = words.find((word) => word.sequence < sequence);
    const isOut = before?.entry.consumed.kind === "dismiss";
    const later = words.find((word) => word.sequence > sequence && word.entry.consumed.kind === "dismiss");
    const where = `slot ${card.slot}`;
    if (isVoid) {
      if (isOut || later) return;
      this.#complain("dismissed", `${where} does nothing of commit ${sequence}, though nobody has dismissed it`);
    } else if (isOut) {
      this.#complain("dismissed", `${where} performs commit ${sequence}, and was dismissed by ${before.sequence}`);
    } else if (later?.entry.givenAt !== undefined && now - later.entry.givenAt > knownAfterMicros) {
      const known = `dismissed by ${later.sequence} ${((now - later.entry.givenAt) / 1000).toFixed(1)} ms ago`;
      this.#complain("dismissed", `${where} performs commit ${sequence}, and was ${known}`);
    }
  }

  /** The words of a card on the line of a term, the last first. */
  *#wordsOf(slot: number, term: number): Generator<Word> {
    let end = Number.POSITIVE_INFINITY;
    for (let line = this.#lines.get(term); line !== undefined; ) {
      for (const word of line.words.toReversed()) if (word.slot === slot && word.sequence < end) yield word;
      end = line.sequence;
      line = line.afterTerm < line.term ? this.#lines.get(line.afterTerm) : undefined;
    }
  }

  /** A call server is given what follows from what it has. */
  #lookAtOrder(where: string, { sequence, term }: DeliveredCommit, last: Given): void {
    if (sequence <= last.sequence) {
      this.#complain("one history", `${where} is given commit ${sequence} after ${last.sequence}`);
    } else if (this.termOf(last.sequence, term) !== last.term) {
      const what = `${where} is given commit ${sequence} of term ${term} after ${last.sequence} of term ${last.term}`;
      this.#complain("one history", `${what}, which that term never had`);
    }
  }

  #decided(card: SimulatedCard, sequence: number, term: number): void {
    const where = `slot ${card.slot}`;
    const followed = card.memberOf(this.#group).term();
    const begin = this.#lines.get(followed)?.sequence;
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
      const consumed = this.#entry(between, followed)?.consumed;
      // What is before an admission is left to whoever was admitted then.
      const admitted = consumed?.kind === "admit" && consumed.slot === card.slot;
      if (admitted || consumed?.kind === "begin") continue;
      if (this.#admittedAfter(between, sequence, card.slot, followed)) continue;
      this.#complain("performed once", `${where} performs commit ${sequence} after ${last} and leaves ${between} out`);
      return;
    }
  }

  #admittedAfter(sequence: number, until: number, slot: number, line: number): boolean {
    for (let each = sequence + 1; each < until; each++) {
      const consumed = this.#entry(each, line)?.consumed;
      if (consumed?.kind === "admit" && consumed.slot === slot) return true;
    }
    return false;
  }

  /** A LIM's or transporter's application has done what a commit says. */
  performed(commit: DeliveredCommit): void {
    const entry = this.#lines.get(commit.term)?.entries.get(commit.sequence);
    if (entry && !isVoided(entry, commit)) entry.performed = true;
  }

  /** A call server has forgotten all, or is given the whole state anew. */
  forgot(card: SimulatedCard): void {
    this.#given.delete(card);
  }
}

function entryOf(term: number, consumed: Consumed, refersToInput: boolean, body: Uint8Array): Entry {
  return { term, consumed, refersToInput, body, performed: false, givenAt: undefined };
}

/** Whether a card is given a commit without what it wants done. */
function isVoided(entry: Entry, { consumed, body }: DeliveredCommit): boolean {
  return body.length === 0 && entry.body.length > 0 && JSON.stringify(entry.consumed) === JSON.stringify(consumed);
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
