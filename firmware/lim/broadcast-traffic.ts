/**
 * The traffic of an exchange that sends every message to all its LIMs (RFC 4666 3.7.1, traffic mode broadcast). One LIM says a
 * message on the bus, another keeps a copy of it until a commit has consumed it. When the first goes with the message in it, the
 * copy is said instead: what a LIM takes with it when it is pulled is then nothing that another has not got.
 *
 * Which LIM says it goes by the circuit, so that the messages of a circuit keep their order. Two that each think it their turn do
 * no harm: the call server takes the first of two copies.
 */
import { lowBits } from "../backplane/sequence-number.ts";
import { RecentMessages } from "../interchange/recent-messages.ts";
import type { Micros } from "../time.ts";

export interface BroadcastMessage {
  /** `identifierBits` of the Correlation Id. */
  readonly identifier: number;
  readonly circuit: number;
  readonly cic: number;
  /** The call-server group that it is for. */
  readonly group: number;
  /** The input that says it. */
  readonly payload: Uint8Array;
}

interface Copy extends BroadcastMessage {
  readonly receivedAt: Micros;
}

/** Another LIM, as its inputs that are consumed show it. */
interface OtherLim {
  isAlive: boolean;
  /** It has an association with the exchange, as far as is known, and says what it is to say. */
  isServing: boolean;
  consumedAt: Micros;
  /** By flow: the identifier of the message furthest on that was consumed of it. */
  readonly last: Map<string, number>;
}

/** A LIM of which nothing is consumed for so long, though a copy of its is kept here, says nothing: longer than any switchover. */
const patienceMicros: Micros = 500_000;
/** Copies kept. Beyond that the oldest go: a group so far behind has its exchanges held back. */
const copiesMax = 4096;
const slsMask = 0x0f;
/** Of a Correlation Id, on the bus. */
export const identifierBits = 16;

export class BroadcastTraffic {
  readonly #own: number;
  /** Slots of all LIMs that have an association with the exchange, in the order of the configuration. */
  readonly #lims: readonly number[];
  readonly #others: ReadonlyMap<number, OtherLim>;
  readonly #consumed = new RecentMessages();
  /** In the order in which they came. */
  readonly #copies = new Map<string, Copy>();
  /** Copies given up because there were too many. */
  dropped = 0;

  constructor(lims: readonly number[], own: number) {
    this.#own = own;
    this.#lims = lims;
    const others = lims.filter((slot) => slot !== own);
    this.#others = new Map(others.map((slot) => [slot, newOther()]));
  }

  get kept(): number {
    return this.#copies.size;
  }

  /** Whether this card is the one to say a message of the circuit with this CIC. */
  isOwn(cic: number): boolean {
    return this.#speakerOf(cic) === this.#own;
  }

  /** Takes a message from the exchange. @returns whether to say it now */
  received(message: BroadcastMessage, now: Micros): boolean {
    if (this.#consumed.has(message.circuit, message.identifier)) return false;
    const speaker = this.#speakerOf(message.cic);
    if (speaker === this.#own || this.#isPassedOver(message, speaker)) return true;
    this.#copies.set(keyOf(message), { ...message, receivedAt: now });
    if (this.#copies.size > copiesMax) {
      const [oldest] = this.#copies.keys();
      this.#copies.delete(oldest);
      this.dropped++;
    }
    return false;
  }

  /** A commit consumed a message of the exchange that the LIM in `slot` said. @returns copies to say now */
  consumed(slot: number, message: Omit<BroadcastMessage, "payload">, now: Micros): readonly BroadcastMessage[] {
    const { circuit, identifier } = message;
    this.#consumed.add(circuit, identifier);
    this.#copies.delete(keyOf(message));
    const other = this.#others.get(slot);
    if (other === undefined) return [];
    // What is left of a LIM that is gone is still consumed.
    other.isServing = other.isAlive;
    other.consumedAt = now;
    const flow = flowOf(message);
    const last = other.last.get(flow);
    if (last === undefined || isBefore(last, identifier)) other.last.set(flow, identifier);
    return this.#take((copy) => this.#isPassedOver(copy, slot));
  }

  /** The LIM in `slot` says that it has, or has no longer, an association with the exchange. @returns copies to say now */
  serves(slot: number, isServing: boolean, now: Micros): readonly BroadcastMessage[] {
    const other = this.#others.get(slot);
    if (other === undefined) return [];
    other.isServing = isServing && other.isAlive;
    other.consumedAt = now;
    // An exchange that restarts counts from another number.
    other.last.clear();
    return this.#takeOwn();
  }

  /** The LIM in `slot` is there, or is gone. @returns copies to say now */
  card(slot: number, isAlive: boolean, now: Micros): readonly BroadcastMessage[] {
    const other = this.#others.get(slot);
    if (other === undefined) return [];
    other.isAlive = isAlive;
    return isAlive ? [] : this.serves(slot, false, now);
  }

  /** This card's own association has ended: what comes over the next one may be numbered anew. */
  associationEnded(): void {
    this.#consumed.clear();
  }

  /** `nextDeadline` has passed. @returns copies to say now */
  expire(now: Micros): readonly BroadcastMessage[] {
    for (const copy of this.#copies.values()) {
      const other = this.#others.get(this.#speakerOf(copy.cic));
      if (other === undefined || dueOf(copy, other) > now) break;
      other.isServing = false;
    }
    return this.#takeOwn();
  }

  nextDeadline(): Micros | undefined {
    for (const copy of this.#copies.values()) {
      const other = this.#others.get(this.#speakerOf(copy.cic));
      return other === undefined ? copy.receivedAt : dueOf(copy, other);
    }
    return undefined;
  }

  /** The first, from the circuit's own on, of those that serve the exchange; this card always does. */
  #speakerOf(cic: number): number {
    const first = cic % this.#lims.length;
    for (let place = 0; place < this.#lims.length; place++) {
      const slot = this.#lims[(first + place) % this.#lims.length];
      if (slot === this.#own || this.#others.get(slot)?.isServing) return slot;
    }
    return this.#own;
  }

  /** A LIM says in order what comes in one flow: what is behind its last message and was not consumed it never had. */
  #isPassedOver(message: BroadcastMessage, slot: number): boolean {
    const last = this.#others.get(slot)?.last.get(flowOf(message));
    return last !== undefined && isBefore(message.identifier, last) && this.#speakerOf(message.cic) === slot;
  }

  #takeOwn(): readonly BroadcastMessage[] {
    return this.#take((copy) => this.isOwn(copy.cic));
  }

  #take(isToSay: (copy: Copy) => boolean): readonly BroadcastMessage[] {
    const taken: BroadcastMessage[] = [];
    for (const copy of this.#copies.values()) {
      if (!isToSay(copy)) continue;
      taken.push(copy);
      this.#copies.delete(keyOf(copy));
    }
    return taken;
  }
}

function keyOf({ circuit, identifier }: Pick<BroadcastMessage, "circuit" | "identifier">): string {
  return `${circuit} ${identifier}`;
}

/** What keeps its order on the way to a group: ISUP takes the SLS from the CIC (Q.763 1.2). */
function flowOf({ group, cic }: Pick<BroadcastMessage, "group" | "cic">): string {
  return `${group} ${cic & slsMask}`;
}

function newOther(): OtherLim {
  return { isAlive: false, isServing: false, consumedAt: 0, last: new Map() };
}

function dueOf({ receivedAt }: Copy, { consumedAt }: OtherLim): Micros {
  return Math.max(receivedAt, consumedAt) + patienceMicros;
}

/** On the circle of identifiers. */
function isBefore(one: number, other: number): boolean {
  const ahead = lowBits(other - one + 2 ** identifierBits, identifierBits);
  return ahead > 0 && ahead < 2 ** (identifierBits - 1);
}
