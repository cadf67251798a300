/**
 * The side that sends commands (RFC 3435 3.5): repeats them until they are answered, waits longer after a provisional
 * response, acknowledges the responses that ask for it, and gives up.
 *
 * Transaction identifiers come from the caller: a second transporter that was told the same identifiers repeats the first
 * one's commands, and the gateway, which looks at the identifier only, does each at most once.
 */
import { assert } from "../result.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { encodeDatagram } from "./codec.ts";
import { type Command, isProvisional, isResponseAcknowledgement, type Response, response } from "./message.ts";
import { RoundTrip } from "./round-trip.ts";
import { type TransactionTimers, timersWith } from "./transaction-timers.ts";
import type { TransactionRange } from "./value-forms.ts";

/** `to` and `from` are addresses in whatever form the owner of the socket likes, the same one for the same peer. */
export type RequesterEvent =
  | { readonly kind: "request"; readonly to: string; readonly command: Command }
  | { readonly kind: "response"; readonly from: string; readonly response: Response }
  /** Nobody waits for this transaction any longer: no repetition, and its answer is not reported. */
  | { readonly kind: "abandon"; readonly transactionId: number }
  /** The answer to this transaction cannot get lost any more: with `holdsAcknowledgements`, what lets it be confirmed. */
  | { readonly kind: "secured"; readonly transactionId: number }
  | { readonly kind: "deadline" };

export type RequesterAction =
  | { readonly kind: "send"; readonly to: string; readonly datagram: Uint8Array; readonly repeated: boolean }
  /** The gateway is at it (1xx). */
  | { readonly kind: "provisional"; readonly transactionId: number; readonly response: Response }
  | {
      readonly kind: "completed";
      readonly transactionId: number;
      readonly command: Command;
      readonly response: Response;
    }
  | {
      readonly kind: "failed";
      readonly transactionId: number;
      readonly command: Command;
      readonly reason: "no-answer" | "too-many-outstanding" | "identifier-in-use";
    };

export interface RequesterOptions {
  readonly timers?: Partial<TransactionTimers>;
  /** Commands without an answer, to all peers together; more are refused. */
  readonly outstandingMax?: number;
  /** Whether commands carry K: with the transactions answered meanwhile (3.5.2), for gateways that understand it. */
  readonly confirms?: boolean;
  /**
   * Whether answers are confirmed (000 and K:) not when they come, but when the owner says `secured`. A gateway forgets an
   * answer that was confirmed, and is silent to repetitions: who takes over in between would never learn the outcome.
   */
  readonly holdsAcknowledgements?: boolean;
}

const outstandingDefault = 4096;
const confirmedRangesMax = 16;
const unconfirmedMax = 256;
const acknowledgedMax = 1024;

interface Outstanding {
  readonly to: string;
  readonly command: Command;
  readonly datagram: Uint8Array;
  readonly sentFirst: Micros;
  transmissions: number;
  /** Whether the delay of the answer says how long the way is: sent once, and not kept waiting by a 1xx. */
  measurable: boolean;
  deadline: Micros;
  giveUp: Micros;
}

export class Requester {
  readonly #timers: TransactionTimers;
  readonly #outstandingMax: number;
  readonly #confirms: boolean;
  readonly #holds: boolean;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #roundTrips = new Map<string, RoundTrip>();
  /** Answered transactions that the peer was not told of yet. */
  readonly #unconfirmed = new Map<string, number[]>();
  /** Answered transactions that are not secured yet, and whether the peer asked for an acknowledgement. */
  readonly #held = new Map<number, { readonly peer: string; wantsAcknowledgement: boolean }>();
  /** The last transactions whose answer was acknowledged with 000. */
  readonly #acknowledged = new Set<number>();

  constructor(options: RequesterOptions = {}) {
    this.#timers = timersWith(options.timers);
    this.#outstandingMax = options.outstandingMax ?? outstandingDefault;
    this.#confirms = options.confirms ?? false;
    this.#holds = options.holdsAcknowledgements ?? false;
  }

  /** Commands without a final answer. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  step(event: RequesterEvent, now: Micros): RequesterAction[] {
    switch (event.kind) {
      case "request":
        return [this.#request(event.to, event.command, now)];
      case "response":
        return this.#respond(event.from, event.response, now);
      case "abandon":
        this.#outstanding.delete(event.transactionId);
        this.#held.delete(event.transactionId);
        return [];
      case "secured":
        return this.#secure(event.transactionId);
      case "deadline":
        return this.#expire(now);
    }
  }

  nextDeadline(): Micros | undefined {
    let next: Micros | undefined;
    for (const { deadline } of this.#outstanding.values()) if (next === undefined || deadline < next) next = deadline;
    return next;
  }

  #request(to: string, command: Command, now: Micros): RequesterAction {
    const { transactionId } = command;
    const refuse = (reason: "too-many-outstanding" | "identifier-in-use"): RequesterAction => ({
      kind: "failed",
      transactionId,
      command,
      reason,
    });
    if (this.#outstanding.has(transactionId)) return refuse("identifier-in-use");
    if (this.#outstanding.size >= this.#outstandingMax) return refuse("too-many-outstanding");
    // The number is used anew: what it was before is long over.
    this.#held.delete(transactionId);
    const datagram = encodeDatagram([this.#withConfirmations(to, command)]);
    this.#outstanding.set(transactionId, {
      to,
      command,
      datagram,
      sentFirst: now,
      transmissions: 1,
      measurable: true,
      deadline: now + this.#roundTrip(to).timeout(1),
      giveUp: now + this.#timers.lifetimeMillis * microsPerMilli,
    });
    return { kind: "send", to, datagram, repeated: false };
  }

  #respond(from: string, answer: Response, now: Micros): RequesterAction[] {
    const { transactionId } = answer;
    if (isResponseAcknowledgement(answer)) return [];
    const entry = this.#outstanding.get(transactionId);
    if (isProvisional(answer)) {
      if (entry === undefined) return [];
      // The gateway has it: only that it may have died since makes us ask again.
      entry.transmissions = 1;
      entry.measurable = false;
      entry.deadline = now + this.#timers.longTransactionMillis * microsPerMilli;
      entry.giveUp = entry.deadline + this.#timers.lifetimeMillis * microsPerMilli;
      return [{ kind: "provisional", transactionId, response: answer }];
    }
    const wantsAcknowledgement = answer.parameters.responseAck?.length === 0;
    const held = this.#held.get(transactionId);
    if (held !== undefined) {
      held.wantsAcknowledgement ||= wantsAcknowledgement;
      return [];
    }
    if (entry === undefined) {
      // A copy of an answer is acknowledged again: our last acknowledgement may have been lost. But only of one that was
      // secured here: what was abandoned is another's to acknowledge.
      const again = wantsAcknowledgement && this.#acknowledged.has(transactionId);
      return again ? [acknowledge(from, transactionId)] : [];
    }
    this.#outstanding.delete(transactionId);
    if (entry.measurable) this.#roundTrip(entry.to).measure(now - entry.sentFirst);
    this.#held.set(transactionId, { peer: from, wantsAcknowledgement });
    const completed: RequesterAction = { kind: "completed", transactionId, command: entry.command, response: answer };
    return this.#holds ? [completed] : [completed, ...this.#secure(transactionId)];
  }

  #secure(transactionId: number): RequesterAction[] {
    const held = this.#held.get(transactionId);
    if (held === undefined) return [];
    this.#held.delete(transactionId);
    this.#confirmLater(held.peer, transactionId);
    if (!held.wantsAcknowledgement) return [];
    this.#acknowledged.add(transactionId);
    const [oldest] = this.#acknowledged;
    if (this.#acknowledged.size > acknowledgedMax) this.#acknowledged.delete(oldest);
    return [acknowledge(held.peer, transactionId)];
  }

  #expire(now: Micros): RequesterAction[] {
    const actions: RequesterAction[] = [];
    for (const [transactionId, entry] of this.#outstanding) {
      if (entry.deadline > now) continue;
      const { to, command, datagram } = entry;
      if (entry.transmissions >= this.#timers.transmissionsMax || now >= entry.giveUp) {
        this.#outstanding.delete(transactionId);
        actions.push({ kind: "failed", transactionId, command, reason: "no-answer" });
        continue;
      }
      entry.transmissions++;
      entry.measurable = false;
      entry.deadline = Math.min(now + this.#roundTrip(to).timeout(entry.transmissions), entry.giveUp);
      actions.push({ kind: "send", to, datagram, repeated: true });
    }
    return actions;
  }

  #roundTrip(peer: string): RoundTrip {
    const known = this.#roundTrips.get(peer);
    if (known !== undefined) return known;
    const fresh = new RoundTrip(this.#timers);
    this.#roundTrips.set(peer, fresh);
    return fresh;
  }

  #confirmLater(peer: string, transactionId: number): void {
    if (!this.#confirms) return;
    const waiting = this.#unconfirmed.get(peer);
    if (waiting === undefined) this.#unconfirmed.set(peer, [transactionId]);
    // What is not confirmed the gateway forgets by itself after T-HIST.
    else if (waiting.length < unconfirmedMax) waiting.push(transactionId);
  }

  #withConfirmations(peer: string, command: Command): Command {
    const waiting = this.#unconfirmed.get(peer);
    if (waiting === undefined || command.parameters.responseAck !== undefined) return command;
    this.#unconfirmed.delete(peer);
    const responseAck = rangesOf(waiting).slice(0, confirmedRangesMax);
    return { ...command, parameters: { ...command.parameters, responseAck } };
  }
}

function acknowledge(to: string, transactionId: number): RequesterAction {
  return { kind: "send", to, datagram: encodeDatagram([response(0, transactionId)]), repeated: false };
}

/** The fewest ranges that hold exactly these numbers. */
export function rangesOf(transactionIds: readonly number[]): readonly TransactionRange[] {
  assert(transactionIds.length > 0, "something to confirm");
  const sorted = transactionIds.toSorted((one, other) => one - other);
  const ranges: { first: number; last: number }[] = [];
  for (const id of sorted) {
    const open = ranges.at(-1);
    if (open !== undefined && id <= open.last + 1) open.last = id;
    else ranges.push({ first: id, last: id });
  }
  return ranges;
}
