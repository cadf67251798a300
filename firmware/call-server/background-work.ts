/**
 * What a primary does of itself, a few rows a commit, and what a new primary goes on with: it follows from the tables what
 * is left to do. Circuits are `unreset` from a cold start only, so a takeover resets nothing that was in service.
 */
import type { Micros } from "../time.ts";
import type { BlockingRestoration } from "./blocking-restoration.ts";
import { CardSuccession } from "./card-succession.ts";
import { controllerOf } from "./gateway-controllers.ts";
import { groupRangeMax } from "./group-reset.ts";
import type { OutputHistory } from "./output-history.ts";
import { groupReset } from "./own-messages.ts";
import { availabilityOf } from "./signalling-routes.ts";
import type { Node, Turn } from "./turn.ts";

/** How long circuits wait for word of their exchange before they are reset all the same. */
export const resetPatienceMicros: Micros = 2_000_000;
/** Calls that one commit releases when a gateway has restarted. */
const releasesMax = 16;

type Work = (turn: Turn) => void;

export class BackgroundWork {
  readonly #node: Node;
  readonly #succession: CardSuccession;
  readonly #restoration: Pick<BlockingRestoration, "next">;
  #patientUntil: Micros = 0;
  #coldStart = false;
  /** Witnesses admitted, which have not been told what concerns them. */
  #welcomed: number[] = [];
  /** Circuits to be reset, by exchange, in order; none of an exchange whose circuits have all been. */
  readonly #unreset = new Map<number, number[]>();

  /** `restoration` goes before the resets of circuits. */
  constructor(node: Node, history: OutputHistory, restoration: Pick<BlockingRestoration, "next">) {
    this.#node = node;
    this.#restoration = restoration;
    this.#succession = new CardSuccession(node, history);
  }

  /** `dead`: LIMs and transporters that do not live, with the last commit that each is known to have performed. */
  begin(now: Micros, coldStart: boolean, dead: ReadonlyMap<number, number>): void {
    const { plan, tables } = this.#node;
    this.#patientUntil = now + resetPatienceMicros;
    // A primary that was lost before it had said so leaves the cold start to the next one.
    this.#coldStart = coldStart || tables.group.get(0).coldStartMillis === 0;
    this.#welcomed = [];
    this.#succession.clear();
    for (const [slot, performed] of dead) this.#succession.died(slot, performed);
    this.#unreset.clear();
    // From the last circuit to the first, so that the first is taken from the end.
    for (let circuit = plan.count - 1; circuit >= 0; circuit--) {
      if (!plan.has(circuit) || tables.endpoint.get(circuit).state !== "unreset") continue;
      const exchange = plan.exchangeOf(circuit);
      const waiting = this.#unreset.get(exchange) ?? [];
      waiting.push(circuit);
      this.#unreset.set(exchange, waiting);
    }
  }

  /** The witness in this slot takes part from now on. */
  welcome(slot: number): void {
    this.#welcomed.push(slot);
  }

  /** A LIM or transporter has died. */
  left(slot: number, performed: number): void {
    this.#succession.died(slot, performed);
  }

  /** When there is something to do: `now` at once. */
  nextDeadline(now: Micros): Micros | undefined {
    if (this.next(now, 0) !== undefined) return now;
    for (const exchange of this.#unreset.keys()) {
      if (availabilityOf(this.#node, exchange) === "unknown") return this.#patientUntil;
    }
    return undefined;
  }

  /** The next piece of work, if there is any; its commit follows `last`. */
  next(now: Micros, last: number): Work | undefined {
    if (this.#coldStart) return (turn) => this.#startCold(turn);
    const restoring = this.#restoration.next();
    if (restoring !== undefined) return restoring;
    const succession = this.#succession.next(last);
    if (succession !== undefined) return succession;
    if (this.#welcomed.length > 0) return (turn) => this.#tellWelcomed(turn, this.#welcomed.splice(0));
    const gateway = this.#restartedGateway();
    if (gateway !== undefined) return (turn) => this.#releaseCallsOf(turn, gateway);
    const circuits = this.#circuitsToReset(now);
    return circuits && ((turn) => this.#resetCircuits(turn, circuits));
  }

  #restartedGateway(): number | undefined {
    const { plan, tables } = this.#node;
    const { length } = plan.configuration.gateways;
    for (let gateway = 0; gateway < length; gateway++) if (tables.gateway.get(gateway).restarted) return gateway;
    return undefined;
  }

  /** Of the first exchange that has any and is heard. */
  #circuitsToReset(now: Micros): number[] | undefined {
    if (this.#unreset.size === 0) return undefined;
    for (const [exchange, circuits] of this.#unreset) {
      const availability = availabilityOf(this.#node, exchange);
      const heard = availability === "available" || (availability === "unknown" && now >= this.#patientUntil);
      if (circuits.length === 0) this.#unreset.delete(exchange);
      else if (heard) return circuits;
    }
    return undefined;
  }

  #startCold(turn: Turn): void {
    this.#coldStart = false;
    const { plan, tables } = this.#node;
    turn.transaction.edit(tables.group, 0).coldStartMillis = turn.time();
    this.#auditDestinations(turn, () => true);
    plan.configuration.gateways.forEach((_, gateway) => {
      this.#clear(turn, gateway);
    });
  }

  /** LIMs say what they reach; a gateway that was not heard since the cold start forgets the connections of earlier times. */
  #tellWelcomed(turn: Turn, slots: readonly number[]): void {
    const { plan, tables } = this.#node;
    this.#auditDestinations(turn, (lim) => slots.includes(lim));
    const busy = new Set([...tables.connection.rows()].map(([, row]) => row.gateway));
    plan.configuration.gateways.forEach((_, gateway) => {
      const controller = controllerOf(this.#node, turn.transaction, gateway);
      if (!slots.includes(controller) || tables.gateway.get(gateway).cleared) return;
      turn.transaction.edit(tables.gateway, gateway).cleared = true;
      if (!busy.has(gateway)) this.#clear(turn, gateway);
    });
  }

  #auditDestinations(turn: Turn, wanted: (lim: number) => boolean): void {
    const { plan } = this.#node;
    plan.configuration.exchanges.forEach((_, exchange) => {
      for (const lim of plan.limsOf(exchange)) {
        if (wanted(lim)) turn.instruct(lim, { kind: "auditDestination", exchange });
      }
    });
  }

  #clear(turn: Turn, gateway: number): void {
    const { plan } = this.#node;
    plan.configuration.trunkGroups.forEach(({ group }, trunkGroup) => {
      const { first, count } = plan.circuits.rangeOf(trunkGroup);
      if (group !== plan.group || count === 0 || plan.gatewayOf(first) !== gateway) return;
      turn.instructGateway(first, { kind: "clear", circuit: first, count });
    });
  }

  /** GRS for a run of consecutive circuits; RSC for one that stands alone (Q.764 2.9.3). */
  #resetCircuits(turn: Turn, waiting: number[]): void {
    const first = waiting.pop() ?? 0;
    let count = 1;
    const most = this.#node.plan.runFrom(first, groupRangeMax + 1);
    while (count < most && waiting[waiting.length - 1] === first + count) {
      waiting.pop();
      count++;
    }
    // The answer says what is blocked for maintenance; of a hardware failure the other end speaks before it answers (2.9.3).
    for (let circuit = first; circuit < first + count; circuit++) turn.setBlocking(circuit, { remoteHardware: false });
    if (count === 1) {
      turn.fireCircuit(first, "reset-alone");
      return;
    }
    turn.fireCircuit(first, "reset-leading");
    turn.editEndpoint(first).range = count - 1;
    for (let circuit = first + 1; circuit < first + count; circuit++) turn.fireCircuit(circuit, "reset-following");
    turn.send(first, groupReset(count - 1));
  }

  #releaseCallsOf(turn: Turn, gateway: number): void {
    let released = 0;
    for (const [reference, row] of this.#node.tables.connection.rows()) {
      if (row.gateway !== gateway) continue;
      if (released++ === releasesMax) return;
      turn.fireConnection(reference, "gateway-restarted");
    }
    turn.transaction.edit(this.#node.tables.gateway, gateway).restarted = false;
  }
}
