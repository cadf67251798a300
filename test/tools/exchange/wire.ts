/** Two exchanges that are each other's node, joined by a wire in virtual time. */
import {
  Exchange,
  type ExchangeAction,
  type ExchangeConfiguration,
  type ExchangeEvent,
  type ExchangeReport,
} from "../../../tools/exchange/exchange.ts";
import { decodeSignal, type Signal } from "../../../tools/exchange/signal.ts";
import { seededChance } from "../../../tools/exchange/seeded-chance.ts";
import { packetMillis } from "../../../tools/exchange/voice-packet.ts";

export const second = 1_000_000;
export const milli = 1000;

/** What becomes of something on the wire; undefined: it is lost. */
export type Transit<T> = (passing: T, from: Side) => T | undefined;
export type Side = "west" | "east";

export interface PassingVoice {
  readonly cic: number;
  readonly octets: Uint8Array;
}

interface Arrival {
  readonly at: number;
  readonly order: number;
  readonly deliver: () => void;
}

const usual = {
  cics: [{ first: 1, last: 60 }],
  mix: { ring: { min: 1 * second, max: 2 * second }, hold: { min: 3 * second, max: 6 * second }, shares: {} },
};

export class Wire {
  readonly west: Exchange;
  readonly east: Exchange;
  readonly reports: Record<Side, ExchangeReport[]> = { west: [], east: [] };
  /** Every message that was sent, in order. */
  readonly log: { readonly at: number; readonly from: Side; readonly signal: Signal }[] = [];
  transit: Transit<Uint8Array> = (octets) => octets;
  voiceTransit: Transit<PassingVoice> = (packet) => packet;
  now = second;
  readonly #delay: number;
  #arrivals: Arrival[] = [];
  #order = 0;

  constructor(changes: Partial<ExchangeConfiguration> = {}, seed = 1, delay = milli) {
    this.#delay = delay;
    const west = { name: "west", pointCode: 1001, nodePointCode: 2057, calledPrefix: "2", callingPrefix: "71" };
    const east = { name: "east", pointCode: 2057, nodePointCode: 1001, calledPrefix: "1", callingPrefix: "72" };
    this.west = new Exchange({ ...usual, ...west, ...changes }, seededChance(seed));
    this.east = new Exchange({ ...usual, ...east, ...changes }, seededChance(seed + 1000));
  }

  exchange(side: Side): Exchange {
    return side === "west" ? this.west : this.east;
  }

  step(side: Side, event: ExchangeEvent): void {
    for (const action of this.exchange(side).step(event, this.now)) this.#perform(side, action);
  }

  /** A message out of the blue, as if the other side had sent it. */
  inject(to: Side, octets: Uint8Array): void {
    this.step(to, { kind: "message", octets });
  }

  /** Lets time pass. */
  run(duration: number): void {
    const end = this.now + duration;
    let tick = this.now + packetMillis * milli;
    for (;;) {
      const due = [this.west.nextDeadline(), this.east.nextDeadline(), this.#arrivals[0]?.at, tick];
      const next = Math.min(...due.filter((deadline) => deadline !== undefined));
      if (next > end) break;
      this.now = Math.max(next, this.now);
      if (this.now >= tick) {
        this.#speak("west");
        this.#speak("east");
        tick += packetMillis * milli;
      }
      while (this.#arrivals[0] !== undefined && this.#arrivals[0].at <= this.now) this.#arrivals.shift()?.deliver();
      this.step("west", { kind: "deadline" });
      this.step("east", { kind: "deadline" });
    }
    this.now = end;
  }

  /** Until both sides are quiet; fails when that takes longer than `within`. */
  runUntilQuiet(within = 60 * second): void {
    const end = this.now + within;
    while (!(this.west.isQuiet && this.east.isQuiet)) {
      if (this.now >= end) throw new Error("calls are still going on");
      this.run(100 * milli);
    }
  }

  types(from: Side): string[] {
    return this.log.filter((entry) => entry.from === from).map((entry) => entry.signal.type);
  }

  #speak(side: Side): void {
    const { voice } = this.exchange(side);
    for (const cic of voice.speaking) {
      const octets = voice.packet(cic, this.now)?.slice();
      if (octets !== undefined) this.#sendVoice(side, { cic, octets });
    }
  }

  #perform(side: Side, action: ExchangeAction): void {
    if (action.kind === "report") this.reports[side].push(action.report);
    else if (action.kind === "voice") this.#sendVoice(side, action);
    else {
      const decoded = decodeSignal(action.octets);
      if (decoded.ok) this.log.push({ at: this.now, from: side, signal: decoded.value });
      const octets = this.transit(action.octets, side);
      if (octets !== undefined) this.#arrive(() => this.step(other(side), { kind: "message", octets }));
    }
  }

  #sendVoice(side: Side, packet: PassingVoice): void {
    const passing = this.voiceTransit(packet, side);
    if (passing === undefined) return;
    this.#arrive(() => this.exchange(other(side)).voice.receive(passing.cic, passing.octets, this.now));
  }

  #arrive(deliver: () => void): void {
    this.#arrivals.push({ at: this.now + this.#delay, order: this.#order++, deliver });
    this.#arrivals.sort((one, another) => one.at - another.at || one.order - another.order);
  }
}

function other(side: Side): Side {
  return side === "west" ? "east" : "west";
}

/** The type of a message on its way. */
export function typeOf(octets: Uint8Array): string {
  const decoded = decodeSignal(octets);
  return decoded.ok ? decoded.value.type : "undecodable";
}
