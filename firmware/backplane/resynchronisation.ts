/** Giving the group's state to an inserted call server, and taking it. The pieces are the application's; order and repair are here. */
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { recordClass } from "./frame-identifier.ts";
import type { InputMark } from "./input-intake.ts";
import type { MemberContext } from "./membership.ts";
import { type ResynchronisationRecord, resynchronisationRecord } from "./resynchronisation-records.ts";

/** What is not answered is said again after this time, and then after twice the time, and so on. */
const repeatAfterMicros = 50_000;
const repeatAfterMicrosMax = 400_000;
/** A taker that the application does not call complete so long after the last piece begins anew. */
const completeWithinMicros = 500_000;
/** Pieces on their way at once: the giver goes on as the taker says what it has, however slow the bus. */
const piecesUnderWayMax = 4;

export interface ResynchronisationHead {
  readonly term: number;
  readonly sequence: number;
  readonly lastTerm: number;
  readonly timeMillis: number;
  readonly marks: readonly InputMark[];
}

/** Pieces leave calls alone. What the taker says is short and must not wait behind the pieces of a card with a lower slot. */
function send(context: MemberContext, record: ResynchronisationRecord): void {
  const kind = record.kind === "want" || record.kind === "ask" ? recordClass.management : recordClass.resynchronisation;
  context.send(kind, encode(resynchronisationRecord, record));
}

export function decodeResynchronisation(octets: Uint8Array, group: number): ResynchronisationRecord | undefined {
  const decoded = decode(resynchronisationRecord, octets);
  return decoded.ok && decoded.value.group === group ? decoded.value : undefined;
}

interface Taker {
  readonly attempt: number;
  readonly head: ResynchronisationRecord & { readonly kind: "head" };
  readonly pieces: ResynchronisationRecord[];
  /** Pieces below have been sent. */
  sent: number;
  /** Pieces below are known to have arrived. */
  arrived: number;
}

/** The primary's side. */
export class StateGiver {
  readonly #context: MemberContext;
  readonly #takers = new Map<number, Taker>();
  /** The application has not said the last piece of the snapshot that it was asked for. */
  #isTold = false;

  constructor(context: MemberContext) {
    this.#context = context;
  }

  /** A card wants the state. A repeated wish gets the head again; a new one begins anew at `head`. */
  want(slot: number, attempt: number, request: Uint8Array, head: () => ResynchronisationHead): void {
    const present = this.#takers.get(slot);
    if (present?.attempt === attempt) {
      if (this.#isSpeaking()) return;
      send(this.#context, present.head);
      Object.assign(present, { sent: 0, arrived: 0 });
      this.#feed(present);
      return;
    }
    // Pieces do not say which wish they are for: this one has to be repeated when the earlier one's have all come.
    if (this.#isTold) return;
    this.#isTold = true;
    const { timeMillis, ...rest } = head();
    const record: Taker["head"] = {
      kind: "head",
      group: this.#context.plan.group,
      slot,
      attempt,
      ...rest,
      marks: this.#context.withoutRules.has("marks-in-snapshot")
        ? rest.marks.map((mark) => ({ ...mark, number: 0 }))
        : [...rest.marks],
      timeMillis: timeMillis % 2 ** 32,
      timeUpper: Math.floor(timeMillis / 2 ** 32),
    };
    this.#takers.set(slot, { attempt, head: record, pieces: [], sent: 0, arrived: 0 });
    send(this.#context, record);
    this.#context.toApplication({ kind: "snapshot-wanted", slot, request });
  }

  piece(slot: number, piece: Uint8Array, sequence: number, last: boolean): void {
    if (last) this.#isTold = false;
    const taker = this.#takers.get(slot);
    if (!taker) return;
    const { group } = this.#context.plan;
    const { attempt, pieces } = taker;
    const number = pieces.length;
    pieces.push({ kind: "piece", group, slot, attempt, number, sequence, last: last ? 1 : 0, piece });
    this.#feed(taker);
  }

  ask(slot: number, attempt: number, from: number): void {
    const taker = this.#takers.get(slot);
    if (taker?.attempt !== attempt) {
      send(this.#context, { kind: "gone", group: this.#context.plan.group, slot, attempt });
      return;
    }
    if (from <= taker.arrived) {
      if (this.#isSpeaking()) return;
      taker.sent = from;
    }
    taker.arrived = from;
    this.#feed(taker);
  }

  /** What was asked for is still on its way to the bus. */
  #isSpeaking(): boolean {
    return this.#context.backlog(recordClass.resynchronisation) > 0;
  }

  #feed(taker: Taker): void {
    const until = Math.min(taker.pieces.length, taker.arrived + piecesUnderWayMax);
    while (taker.sent < until) send(this.#context, taker.pieces[taker.sent++]);
  }

  /** The card is gone, or has all it needs. */
  finished(slot: number): void {
    this.#takers.delete(slot);
  }

  clear(): void {
    this.#isTold = false;
    this.#takers.clear();
  }
}

/** The inserted card's side. */
export class StateTaker {
  readonly #context: MemberContext;
  #attempt: number;
  #request: Uint8Array | undefined;
  #headed = false;
  #next = 0;
  #whole = false;
  readonly #ahead = new Map<number, ResynchronisationRecord & { kind: "piece" }>();
  #progressAt: Micros = 0;
  #repeatAt: Micros = 0;
  #patience: Micros = repeatAfterMicros;
  #gone = false;

  constructor(context: MemberContext) {
    this.#context = context;
    this.#attempt = context.incarnation;
  }

  /** The head has come: commits above its sequence are followed. */
  get headed(): boolean {
    return this.#headed;
  }

  /**
   * The application knows of this attempt. What it said before of a snapshot, whole or not, was of an earlier one: an application that
   * is busy works that off first.
   */
  get isWanted(): boolean {
    return this.#request !== undefined;
  }

  /** Asks the application what it holds; its answer starts the attempt. */
  begin(): void {
    this.#attempt = (this.#attempt + 1) % 65_536;
    this.#request = undefined;
    this.#headed = false;
    this.#whole = false;
    this.#gone = false;
    this.#next = 0;
    this.#ahead.clear();
    this.#context.toApplication({ kind: "forget" });
    this.#context.toApplication({ kind: "resynchronise" });
  }

  request(request: Uint8Array, now: Micros): void {
    this.#request = request;
    this.#progress(now);
    this.#want(request);
  }

  #progress(now: Micros): void {
    this.#progressAt = now;
    this.#patience = repeatAfterMicros;
    this.#repeatAt = now + this.#patience;
  }

  #want(request: Uint8Array): void {
    send(this.#context, {
      kind: "want",
      group: this.#context.plan.group,
      attempt: this.#attempt,
      request,
    });
  }

  #ask(): void {
    send(this.#context, { kind: "ask", group: this.#context.plan.group, attempt: this.#attempt, from: this.#next });
  }

  /** @returns what the head said, when this record is the head that was waited for */
  head(record: ResynchronisationRecord & { kind: "head" }, now: Micros): ResynchronisationHead | undefined {
    if (record.slot !== this.#context.slot || record.attempt !== this.#attempt || this.#headed || !this.#request) {
      return undefined;
    }
    this.#headed = true;
    this.#progress(now);
    return { ...record, timeMillis: record.timeUpper * 2 ** 32 + record.timeMillis };
  }

  piece(record: ResynchronisationRecord & { kind: "piece" }, now: Micros): void {
    if (record.slot !== this.#context.slot || record.attempt !== this.#attempt || !this.#headed) return;
    if (record.number < this.#next || this.#whole) return;
    this.#ahead.set(record.number, record);
    const before = this.#next;
    for (let piece = this.#ahead.get(this.#next); piece; piece = this.#ahead.get(this.#next)) {
      this.#ahead.delete(this.#next++);
      this.#whole = piece.last === 1;
      // Not a view into the bus's frame: the application keeps pieces until the last has come.
      this.#context.toApplication({
        kind: "snapshot",
        piece: piece.piece.slice(),
        sequence: piece.sequence,
        last: this.#whole,
      });
    }
    if (this.#next === before) return;
    this.#progress(now);
    if (!this.#whole) this.#ask();
  }

  /** The giver knows nothing of an attempt. */
  gone(record: ResynchronisationRecord & { kind: "gone" }): void {
    if (record.slot === this.#context.slot && record.attempt === this.#attempt) this.#gone = true;
  }

  /** @returns whether nothing comes of this attempt any more */
  isLost(now: Micros): boolean {
    return this.#gone || (this.#whole && now - this.#progressAt >= completeWithinMicros);
  }

  tick(now: Micros): void {
    // What nobody could hear is no reason to ask less often.
    if (this.#context.isMute()) this.#progress(now);
    if (!this.#request || this.#whole || now < this.#repeatAt) return;
    this.#patience = Math.min(2 * this.#patience, repeatAfterMicrosMax);
    this.#repeatAt = now + this.#patience;
    if (this.#headed) this.#ask();
    else this.#want(this.#request);
  }
}
