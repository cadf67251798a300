/**
 * The inputs that a card has heard. Call servers keep them pending until a commit consumes them: that is what a backup works
 * off when it becomes primary. Every card keeps them a while longer, because commits refer to them and repair needs them.
 *
 * What has been consumed (slot -> incarnation, highest number) is state of the group: a number is recognised against these
 * marks and the pending list, and nothing else.
 */
/** Inputs kept per sender after their consumption: more than a second at rated load. */
const keptInputs = 4096;
/**
 * No sender is so far ahead of what was heard of it: its window is much smaller. A number beyond can only be an old one, shortened
 * and made whole the wrong way.
 */
const aheadMax = 1024;

interface Heard {
  readonly payload: Uint8Array;
  /** Place among all inputs of all senders that this card has heard. */
  readonly place: number;
}

interface Sender {
  /** As the group admitted it; -1 when it never did. */
  incarnation: number;
  /** Highest number consumed. */
  consumed: number;
  /** Highest number up to which everything has been handed to the application. */
  handed: number;
  /** Highest number heard. */
  highest: number;
  /** Everything up to here was heard or consumed. */
  unbroken: number;
  /** The last one that was asked for. */
  asked: number;
  readonly heard: Map<number, Heard>;
  /** Unconsumed ones that a primary has died of. */
  readonly poison: Set<number>;
}

export interface InputMark {
  slot: number;
  incarnation: number;
  number: number;
}

export class InputIntake {
  readonly #senders = new Map<number, Sender>();
  #places = 0;

  /** The group admits this incarnation of a sender: its inputs begin at 1, what an earlier one left is void. */
  admit(slot: number, incarnation: number): void {
    const present = this.#senders.get(slot);
    if (present?.incarnation === incarnation) return;
    this.#senders.set(slot, {
      incarnation,
      consumed: 0,
      handed: 0,
      highest: 0,
      unbroken: 0,
      asked: 0,
      heard: new Map(),
      poison: new Set(),
    });
  }

  incarnation(slot: number): number {
    return this.#senders.get(slot)?.incarnation ?? -1;
  }

  marks(): InputMark[] {
    const marks: InputMark[] = [];
    for (const [slot, { incarnation, consumed }] of this.#senders) marks.push({ slot, incarnation, number: consumed });
    return marks;
  }

  /**
   * Takes the group's marks over, keeping what was heard of the same incarnations. A mark may go back: what own commits consumed that
   * are not the group's is pending again.
   */
  adopt(marks: readonly InputMark[]): void {
    for (const slot of [...this.#senders.keys()])
      if (!marks.some((mark) => mark.slot === slot)) this.#senders.delete(slot);
    for (const { slot, incarnation, number } of marks) {
      this.admit(slot, incarnation);
      const sender = this.#senders.get(slot);
      if (sender && sender.consumed > number) {
        Object.assign(sender, { consumed: number, handed: number, unbroken: number });
        while (sender.heard.has(sender.unbroken + 1)) sender.unbroken++;
      }
      this.consume(slot, number);
    }
  }

  /** A number near those that this sender uses now, to make shortened ones whole. */
  numberNear(slot: number): number {
    const sender = this.#senders.get(slot);
    return sender ? Math.max(sender.highest, sender.consumed) : 0;
  }

  /** Keeps an input of an admitted incarnation. @returns whether it was new */
  hear(slot: number, number: number, payload: Uint8Array): boolean {
    const sender = this.#senders.get(slot);
    if (!sender || sender.heard.has(number)) return false;
    const near = Math.max(sender.highest, sender.consumed);
    if (number + keptInputs <= near || (near > 0 && number > near + aheadMax)) return false;
    sender.heard.set(number, { payload, place: this.#places++ });
    while (sender.heard.has(sender.unbroken + 1)) sender.unbroken++;
    if (number > sender.highest) {
      const oldest = Math.min(sender.highest, number - keptInputs);
      for (let old = sender.highest + 1 - keptInputs; old <= oldest; old++) sender.heard.delete(old);
      sender.highest = number;
    }
    return number > sender.consumed;
  }

  payload(slot: number, number: number): Uint8Array | undefined {
    return this.#senders.get(slot)?.heard.get(number)?.payload;
  }

  consume(slot: number, number: number): void {
    const sender = this.#senders.get(slot);
    if (!sender || number <= sender.consumed) return;
    sender.consumed = number;
    for (const poison of sender.poison) if (poison <= number) sender.poison.delete(poison);
    if (sender.handed < number) sender.handed = number;
    if (sender.unbroken < number) {
      sender.unbroken = number;
      while (sender.heard.has(sender.unbroken + 1)) sender.unbroken++;
    }
  }

  /** A primary has died of this input. */
  markPoison(slot: number, incarnation: number, number: number): void {
    const sender = this.#senders.get(slot);
    if (sender?.incarnation === incarnation && number > sender.consumed) sender.poison.add(number);
  }

  isPoison(slot: number, number: number): boolean {
    return this.#senders.get(slot)?.poison.has(number) === true;
  }

  /** A new primary begins with everything that no commit consumed (or, `pending` being false, with what comes after all that it heard). */
  handAnew(pending = true): void {
    for (const sender of this.#senders.values()) sender.handed = pending ? sender.consumed : sender.highest;
  }

  /** Gives the primary's application what is next of this sender, in the order of the numbers. */
  hand(slot: number, give: (number: number, payload: Uint8Array) => void): void {
    const sender = this.#senders.get(slot);
    if (!sender) return;
    for (;;) {
      const next = sender.heard.get(sender.handed + 1);
      if (!next) return;
      give(++sender.handed, next.payload);
    }
  }

  /**
   * The same for all senders, as their inputs came: what a LIM was told and what a gateway answered have their effect in the order in
   * which they happened, also when both had to wait for a primary.
   */
  handAll(give: (slot: number, number: number, payload: Uint8Array) => void): void {
    for (;;) {
      let first: (Heard & { readonly slot: number; readonly sender: Sender }) | undefined;
      for (const [slot, sender] of this.#senders) {
        const next = sender.heard.get(sender.handed + 1);
        if (next && next.place < (first?.place ?? Number.POSITIVE_INFINITY)) first = { ...next, slot, sender };
      }
      if (!first) return;
      give(first.slot, ++first.sender.handed, first.payload);
    }
  }

  /** Inputs handed to the application and not consumed. */
  handedOver(): number {
    let count = 0;
    for (const { handed, consumed } of this.#senders.values()) count += handed - consumed;
    return count;
  }

  slots(): IterableIterator<number> {
    return this.#senders.keys();
  }

  /** Inputs heard and not consumed. */
  pendingCount(): number {
    let count = 0;
    for (const sender of this.#senders.values()) {
      for (const number of sender.heard.keys()) if (number > sender.consumed) count++;
    }
    return count;
  }

  /** The first input that is missing while a later one was heard or `sent` is said to have been sent. */
  gap(slot: number, sent: number): { from: number; count: number } | undefined {
    const sender = this.#senders.get(slot);
    if (!sender) return undefined;
    const end = Math.max(sender.highest, sent);
    for (let number = sender.unbroken + 1; number <= end; number++) {
      if (sender.heard.has(number)) continue;
      let count = 1;
      while (number + count <= end && count < 32 && !sender.heard.has(number + count)) count++;
      return { from: number, count };
    }
    return undefined;
  }

  /** The inputs up to this number, as far as they are missing, have been asked for. */
  ask(slot: number, number: number): void {
    const sender = this.#senders.get(slot);
    if (sender) sender.asked = Math.max(sender.asked, number);
  }

  isAsked(slot: number, number: number): boolean {
    return number <= (this.#senders.get(slot)?.asked ?? 0);
  }

  /** Unconsumed inputs of a sender, for whoever must hand them on. */
  unconsumed(slot: number): { number: number; payload: Uint8Array }[] {
    const sender = this.#senders.get(slot);
    if (!sender) return [];
    const inputs: { number: number; payload: Uint8Array }[] = [];
    for (const [number, { payload }] of sender.heard) if (number > sender.consumed) inputs.push({ number, payload });
    return inputs.sort((a, b) => a.number - b.number);
  }

  clear(): void {
    this.#senders.clear();
  }
}
