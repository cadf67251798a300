/**
 * The side that executes commands (RFC 3435 3.5), each at most once: what is being executed is not begun again, what was
 * answered gets the same answer again, for as long as a repetition may come.
 *
 * Repetitions are known by the transaction identifier only, whoever sends them: call agents that stand in for each other
 * share one space of identifiers.
 */
import { assert } from "../result.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { encodeDatagram } from "./codec.ts";
import { type Command, isProvisional, type Response, response } from "./message.ts";
import { responseCodes } from "./response-codes.ts";
import { RoundTrip } from "./round-trip.ts";
import { type TransactionTimers, timersWith } from "./transaction-timers.ts";

export type ResponderEvent =
  | { readonly kind: "command"; readonly from: string; readonly command: Command }
  /** Response 000 came. */
  | { readonly kind: "acknowledgement"; readonly transactionId: number }
  /** The answer to a command that an `execute` asked for. */
  | { readonly kind: "answer"; readonly response: Response }
  | { readonly kind: "deadline" };

/** Why a datagram is sent: an answer the first time, to a repeated command, `100`, or for want of an acknowledgement. */
export type SendReason = "answer" | "repetition" | "provisional" | "unacknowledged" | "overload";

export type ResponderAction =
  | { readonly kind: "execute"; readonly command: Command }
  | { readonly kind: "send"; readonly to: string; readonly datagram: Uint8Array; readonly reason: SendReason };

export interface ResponderOptions {
  readonly timers?: Partial<TransactionTimers>;
  /** Transactions kept, executing and answered together; commands above that are refused with 409 and not executed. */
  readonly historyMax?: number;
}

const historyDefault = 65_536;
/** How many senders of one transaction get its answer. */
const askersMax = 4;

interface Executing {
  readonly state: "executing";
  readonly askers: string[];
  /** When 100 is due; undefined once it went out. */
  provisionalAt: Micros | undefined;
}

interface Answered {
  readonly state: "answered";
  readonly askers: readonly string[];
  /** Undefined once the peer confirmed that it has the answer: then repetitions are late copies and get nothing. */
  datagram: Uint8Array | undefined;
  readonly forgetAt: Micros;
  transmissions: number;
  /** When the answer is repeated for want of an acknowledgement. */
  repeatAt: Micros | undefined;
}

export class Responder {
  readonly #timers: TransactionTimers;
  readonly #historyMax: number;
  readonly #backoff: RoundTrip;
  readonly #executing = new Map<number, Executing>();
  /** In the order of `forgetAt`. */
  readonly #answered = new Map<number, Answered>();
  readonly #unacknowledged = new Set<number>();

  constructor(options: ResponderOptions = {}) {
    this.#timers = timersWith(options.timers);
    this.#historyMax = options.historyMax ?? historyDefault;
    this.#backoff = new RoundTrip(this.#timers);
  }

  /** Transactions known: executing and answered. */
  get known(): number {
    return this.#executing.size + this.#answered.size;
  }

  step(event: ResponderEvent, now: Micros): ResponderAction[] {
    switch (event.kind) {
      case "command":
        return this.#receive(event.from, event.command, now);
      case "acknowledgement":
        this.#confirm(event.transactionId);
        return [];
      case "answer":
        return this.#answer(event.response, now);
      case "deadline":
        return this.#expire(now);
    }
  }

  nextDeadline(): Micros | undefined {
    const oldest = this.#answered.values().next();
    let next = oldest.done === true ? undefined : oldest.value.forgetAt;
    const consider = (at: Micros | undefined) => {
      if (at !== undefined && (next === undefined || at < next)) next = at;
    };
    for (const { provisionalAt } of this.#executing.values()) consider(provisionalAt);
    for (const transactionId of this.#unacknowledged) consider(this.#answered.get(transactionId)?.repeatAt);
    return next;
  }

  #receive(from: string, command: Command, now: Micros): ResponderAction[] {
    const { transactionId } = command;
    for (const { first, last } of command.parameters.responseAck ?? []) this.#confirmRange(first, last);

    const answered = this.#answered.get(transactionId);
    if (answered !== undefined) {
      if (answered.datagram === undefined) return [];
      return [{ kind: "send", to: from, datagram: answered.datagram, reason: "repetition" }];
    }
    const executing = this.#executing.get(transactionId);
    if (executing !== undefined) {
      if (!executing.askers.includes(from) && executing.askers.length < askersMax) executing.askers.push(from);
      executing.provisionalAt = undefined;
      return [provisional(from, transactionId)];
    }
    if (this.known >= this.#historyMax) {
      const { code, meaning } = responseCodes.overload;
      const datagram = encodeDatagram([response(code, transactionId, meaning)]);
      return [{ kind: "send", to: from, datagram, reason: "overload" }];
    }
    const provisionalAt = now + this.#timers.provisionalAfterMillis * microsPerMilli;
    this.#executing.set(transactionId, { state: "executing", askers: [from], provisionalAt });
    return [{ kind: "execute", command }];
  }

  #answer(answer: Response, now: Micros): ResponderAction[] {
    const { transactionId } = answer;
    const executing = this.#executing.get(transactionId);
    assert(executing !== undefined, `transaction ${transactionId} is being executed`);
    assert(!isProvisional(answer), "provisional responses are sent by the responder itself");
    this.#executing.delete(transactionId);
    // After a 100 the other side repeats its command rarely: so we see to it that the answer arrives (3.5.6).
    const wantsAcknowledgement = executing.provisionalAt === undefined;
    const final = wantsAcknowledgement ? { ...answer, parameters: { ...answer.parameters, responseAck: [] } } : answer;
    const datagram = encodeDatagram([final]);
    this.#answered.set(transactionId, {
      state: "answered",
      askers: executing.askers,
      datagram,
      forgetAt: now + this.#timers.historyMillis * microsPerMilli,
      transmissions: 1,
      repeatAt: wantsAcknowledgement ? now + this.#backoff.timeout(1) : undefined,
    });
    if (wantsAcknowledgement) this.#unacknowledged.add(transactionId);
    return executing.askers.map((to) => ({ kind: "send", to, datagram, reason: "answer" }));
  }

  #expire(now: Micros): ResponderAction[] {
    const actions: ResponderAction[] = [];
    for (const [transactionId, executing] of this.#executing) {
      if (executing.provisionalAt === undefined || executing.provisionalAt > now) continue;
      executing.provisionalAt = undefined;
      for (const to of executing.askers) actions.push(provisional(to, transactionId));
    }
    for (const transactionId of this.#unacknowledged) this.#repeat(transactionId, now, actions);
    for (const [transactionId, { forgetAt }] of this.#answered) {
      if (forgetAt > now) break;
      this.#answered.delete(transactionId);
      this.#unacknowledged.delete(transactionId);
    }
    return actions;
  }

  #repeat(transactionId: number, now: Micros, actions: ResponderAction[]): void {
    const entry = this.#answered.get(transactionId);
    if (entry?.repeatAt === undefined || entry.datagram === undefined || entry.repeatAt > now) return;
    if (entry.transmissions >= this.#timers.responseTransmissionsMax) {
      this.#unacknowledged.delete(transactionId);
      return;
    }
    entry.transmissions++;
    entry.repeatAt = now + this.#backoff.timeout(entry.transmissions);
    const { datagram } = entry;
    for (const to of entry.askers) actions.push({ kind: "send", to, datagram, reason: "unacknowledged" });
  }

  #confirm(transactionId: number): void {
    const entry = this.#answered.get(transactionId);
    if (entry === undefined) return;
    entry.datagram = undefined;
    this.#unacknowledged.delete(transactionId);
  }

  #confirmRange(first: number, last: number): void {
    // A peer may name a range as wide as it likes: the work is bounded by what we know.
    if (last - first < this.#answered.size) for (let id = first; id <= last; id++) this.#confirm(id);
    else for (const id of this.#answered.keys()) if (id >= first && id <= last) this.#confirm(id);
  }
}

function provisional(to: string, transactionId: number): ResponderAction {
  const { code, meaning } = responseCodes.executing;
  return {
    kind: "send",
    to,
    datagram: encodeDatagram([response(code, transactionId, meaning)]),
    reason: "provisional",
  };
}
