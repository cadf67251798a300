/** Giving the group's state to an inserted call server, and taking it. The pieces are the application's; order and repair are here. */
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { recordClass } from "./frame-identifier.ts";
import type { InputMark } from "./input-intake.ts";
import type { MemberContext } from "./membership.ts";
import { type ResynchronisationRecord, resynchronisationRecord } from "./resynchronisation-records.ts";

/** A wish, or a question about missing pieces, is repeated so long after the last sign of progress. */
const repeatAfterMicros = 50_000;
/** Pieces given again at once. */
const repeatPiecesMax = 16;

export interface ResynchronisationHead {
  readonly term: number;
  readonly sequence: number;
  readonly lastTerm: number;
  readonly timeMillis: number;
  readonly marks: readonly InputMark[];
}

function send(context: MemberContext, record: ResynchronisationRecord): void {
  context.send(recordClass.resynchronisation, encode(resynchronisationRecord, record));
}

export function decodeResynchronisation(octets: Uint8Array, group: number): ResynchronisationRecord | undefined {
  const decoded = decode(resynchronisationRecord, octets);
  return decoded.ok && decoded.value.group === group ? decoded.value : undefined;
}

/** The primary's side. */
export class StateGiver {
  readonly #context: MemberContext;
  readonly #takers = new Map<
    number,
    { attempt: number; head: ResynchronisationRecord; pieces: ResynchronisationRecord[] }
  >();

  constructor(context: MemberContext) {
    this.#context = context;
  }

  /** A card wants the state. A repeated wish gets the head again; a new one begins anew at `head`. */
  want(slot: number, attempt: number, request: Uint8Array, head: () => ResynchronisationHead): void {
    const present = this.#takers.get(slot);
    if (present?.attempt === attempt) {
      send(this.#context, present.head);
      return;
    }
    const { timeMillis, ...rest } = head();
    const record: ResynchronisationRecord = {
      kind: "head",
      group: this.#context.plan.group,
      slot,
      attempt,
      ...rest,
      marks: [...rest.marks],
      timeMillis: timeMillis % 2 ** 32,
      timeUpper: Math.floor(timeMillis / 2 ** 32),
    };
    this.#takers.set(slot, { attempt, head: record, pieces: [] });
    send(this.#context, record);
    this.#context.toApplication({ kind: "snapshot-wanted", slot, request });
  }

  piece(slot: number, piece: Uint8Array, sequence: number, last: boolean): void {
    const taker = this.#takers.get(slot);
    if (!taker) return;
    const { group } = this.#context.plan;
    const { attempt, pieces } = taker;
    const number = pieces.length;
    const record = { kind: "piece", group, slot, attempt, number, sequence, last: last ? 1 : 0, piece } as const;
    pieces.push(record);
    send(this.#context, record);
  }

  ask(slot: number, attempt: number, from: number): void {
    const taker = this.#takers.get(slot);
    if (taker?.attempt !== attempt) return;
    for (const piece of taker.pieces.slice(from, from + repeatPiecesMax)) send(this.#context, piece);
  }

  /** The card is gone, or has all it needs. */
  finished(slot: number): void {
    this.#takers.delete(slot);
  }

  clear(): void {
    this.#takers.clear();
  }
}

/** The inserted card's side. */
export class StateTaker {
  readonly #context: MemberContext;
  #attempt = 0;
  #request: Uint8Array | undefined;
  #headed = false;
  #next = 0;
  #whole = false;
  readonly #ahead = new Map<number, ResynchronisationRecord & { kind: "piece" }>();
  #progressAt: Micros = 0;

  constructor(context: MemberContext) {
    this.#context = context;
  }

  /** The head has come: commits above its sequence are followed. */
  get headed(): boolean {
    return this.#headed;
  }

  /** Asks the application what it holds; its answer starts the attempt. */
  begin(): void {
    this.#attempt = (this.#attempt + 1) % 256;
    this.#request = undefined;
    this.#headed = false;
    this.#whole = false;
    this.#next = 0;
    this.#ahead.clear();
    this.#context.toApplication({ kind: "forget" });
    this.#context.toApplication({ kind: "resynchronise" });
  }

  request(request: Uint8Array, now: Micros): void {
    this.#request = request;
    this.#want(now);
  }

  #want(now: Micros): void {
    if (!this.#request) return;
    this.#progressAt = now;
    send(this.#context, {
      kind: "want",
      group: this.#context.plan.group,
      attempt: this.#attempt,
      request: this.#request,
    });
  }

  /** @returns what the head said, when this record is the head that was waited for */
  head(record: ResynchronisationRecord & { kind: "head" }, now: Micros): ResynchronisationHead | undefined {
    if (record.slot !== this.#context.slot || record.attempt !== this.#attempt || this.#headed || !this.#request) {
      return undefined;
    }
    this.#headed = true;
    this.#progressAt = now;
    return { ...record, timeMillis: record.timeUpper * 2 ** 32 + record.timeMillis };
  }

  piece(record: ResynchronisationRecord & { kind: "piece" }, now: Micros): void {
    if (record.slot !== this.#context.slot || record.attempt !== this.#attempt || !this.#headed) return;
    if (record.number >= this.#next) this.#ahead.set(record.number, record);
    for (let piece = this.#ahead.get(this.#next); piece; piece = this.#ahead.get(this.#next)) {
      this.#ahead.delete(this.#next++);
      this.#progressAt = now;
      this.#whole = piece.last === 1;
      // Not a view into the bus's frame: the application keeps pieces until the last has come.
      this.#context.toApplication({
        kind: "snapshot",
        piece: piece.piece.slice(),
        sequence: piece.sequence,
        last: this.#whole,
      });
    }
  }

  tick(now: Micros): void {
    if (!this.#request || this.#whole || now - this.#progressAt < repeatAfterMicros) return;
    if (!this.#headed) {
      this.#want(now);
      return;
    }
    this.#progressAt = now;
    send(this.#context, { kind: "ask", group: this.#context.plan.group, attempt: this.#attempt, from: this.#next });
  }
}
