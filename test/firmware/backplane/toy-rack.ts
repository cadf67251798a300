/** A rack with the smallest application that needs every rule of the backplane: witnesses send numbers, each must be performed once by each witness. */
import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import type { CommunicationOptions } from "../../../firmware/backplane/communication-processor.ts";
import type { Milestone, ProtocolRule } from "../../../firmware/backplane/membership.ts";
import {
  type Application,
  type ApplicationAction,
  type ApplicationEvent,
  snapshotPieceOctetsMax,
} from "../../../firmware/card/application.ts";
import { SimulatedCard, type SimulatedWorld } from "../../../tools/simulator/simulated-card.ts";

const kinds: Readonly<Record<number, CommunicationOptions["kind"]>> = {
  1: "lim",
  2: "call-server",
  3: "call-server",
  4: "transporter",
};
const plan = { group: 1, callServers: [2, 3], witnesses: [1, 4] };

/** A LIM or transporter: sends what it is told to, and writes down what it performs. */
class ToyWitness implements Application {
  readonly performed: { sequence: number; term: number; value: number }[] = [];
  /** How far behind it was told that its group is. */
  readonly congestion: number[] = [];

  start(): readonly ApplicationAction[] {
    return [];
  }

  step(event: ApplicationEvent): readonly ApplicationAction[] {
    if (event.kind === "congestion") this.congestion.push(event.level);
    if (event.kind === "datagram") return [{ kind: "input", group: 1, payload: event.octets }];
    if (event.kind === "commit" && event.commit.consumed.kind === "input") {
      const { sequence, term, input, body } = event.commit;
      this.performed.push({ sequence, term, value: body.length > 0 ? body[0] : input[0] });
    }
    return [];
  }

  nextDeadline(): undefined {
    return undefined;
  }

  status() {
    return {};
  }

  ladder() {
    return [];
  }
}

/** A call server whose only table is the list of values consumed. */
export class ToyCallServer implements Application {
  values: number[] = [];
  sequence = 0;
  primary = false;
  coldStarts = 0;
  /** Pieces of a snapshot that is not whole yet. */
  readonly #known: number[] = [];
  /** Cards that it was told are gone. */
  readonly gone = new Set<number>();

  start(): readonly ApplicationAction[] {
    return [];
  }

  step(event: ApplicationEvent): readonly ApplicationAction[] {
    switch (event.kind) {
      case "card":
        if (event.alive) this.gone.delete(event.slot);
        else this.gone.add(event.slot);
        return [];
      case "primary":
        this.primary = true;
        this.sequence = event.sequence;
        if (event.coldStart) this.coldStarts++;
        return [];
      case "backup":
        this.primary = false;
        return [];
      case "forget":
        this.values = [];
        this.#known.length = 0;
        return [];
      case "admit":
        if (!this.primary) return [];
        return [
          this.#commit({ kind: "admit", slot: event.slot, incarnation: event.incarnation }, false, new Uint8Array(0)),
        ];
      case "poison":
        if (!this.primary) return [];
        return [this.#commit({ kind: "input", slot: event.slot, number: event.number }, false, new Uint8Array(21))];
      case "input": {
        if (!this.primary) return [];
        this.values.push(event.payload[0]);
        // Every other commit refers to its input instead of repeating it.
        const refers = event.payload[0] % 2 === 1;
        const body = refers ? new Uint8Array(0) : Uint8Array.of(event.payload[0], ...new Uint8Array(20));
        return [this.#commit({ kind: "input", slot: event.slot, number: event.number }, refers, body)];
      }
      case "commit":
        this.sequence = event.commit.sequence;
        if (event.commit.consumed.kind === "input") {
          const { body, input } = event.commit;
          this.values.push(body.length > 0 ? body[0] : input[0]);
        }
        return [];
      case "resynchronise":
        return [{ kind: "snapshot-request", request: Uint8Array.of(7) }];
      case "snapshot-wanted":
        return this.#snapshotFor(event.slot);
      case "snapshot": {
        this.#known.push(...event.piece);
        if (!event.last) return [];
        // The one row of the table, copied at `sequence`: what was applied since stays behind it.
        const known = this.#known.splice(0);
        this.values = [...known, ...this.values.filter((value) => !known.includes(value))];
        return [{ kind: "complete", sequence: event.sequence }];
      }
      default:
        return [];
    }
  }

  #snapshotFor(slot: number): ApplicationAction[] {
    const actions: ApplicationAction[] = [];
    for (let from = 0; from === 0 || from < this.values.length; from += snapshotPieceOctetsMax) {
      const piece = Uint8Array.from(this.values.slice(from, from + snapshotPieceOctetsMax));
      const last = from + snapshotPieceOctetsMax >= this.values.length;
      actions.push({ kind: "snapshot", slot, piece, sequence: this.sequence, last });
    }
    return actions;
  }

  #commit(consumed: Parameters<typeof consumedOf>[0], refersToInput: boolean, body: Uint8Array): ApplicationAction {
    this.sequence++;
    return { kind: "commit", sequence: this.sequence, consumed, refersToInput, timeMillis: 0, body };
  }

  nextDeadline(): undefined {
    return undefined;
  }

  status() {
    return {};
  }

  ladder() {
    return [];
  }
}

function consumedOf(consumed: (ApplicationAction & { kind: "commit" })["consumed"]) {
  return consumed;
}

export interface ToyOptions {
  readonly withoutRules?: readonly ProtocolRule[];
  readonly fd?: boolean;
  readonly sabotage?: SimulatedWorld["sabotage"];
  /** By slot: what the card in it has otherwise than the others. */
  readonly unlike?: Readonly<Record<number, Partial<CommunicationOptions>>>;
}

export class ToyRack {
  readonly clock = new VirtualClock();
  readonly buses: readonly SimulatedCanBus[];
  readonly cards = new Map<number, SimulatedCard>();
  readonly lines: string[] = [];
  readonly milestones: { readonly slot: number; readonly step: Milestone; readonly atMicros: number }[] = [];
  readonly #withoutRules: ReadonlySet<ProtocolRule>;
  readonly #sabotage: ToyOptions["sabotage"];
  #incarnation = 1;

  constructor(options: ToyOptions = {}) {
    this.#withoutRules = new Set(options.withoutRules);
    this.#sabotage = options.sabotage;
    const fd = options.fd ?? false;
    this.buses = [0, 1].map(
      () => new SimulatedCanBus({ rates: { bitRate: 1_000_000, dataBitRate: 5_000_000 }, fd, clock: this.clock }),
    );
    for (const slot of [1, 2, 3, 4]) this.insert(slot, options.unlike?.[slot]);
  }

  insert(slot: number, unlike: Partial<CommunicationOptions> = {}): SimulatedCard {
    const kind = unlike.kind ?? kinds[slot];
    const options: CommunicationOptions = {
      slot,
      kind,
      plans: [plan],
      frameOctets: 8,
      timing: { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3 },
      incarnation: slot * 1000 + this.#incarnation++,
      realTime: true,
      configurationDigest: 1,
      kinds,
      groups: [1],
      withoutRules: this.#withoutRules,
      ...unlike,
    };
    const application = kind === "call-server" ? new ToyCallServer() : new ToyWitness();
    const card = new SimulatedCard(options, application, this.buses, this.clock, {
      sabotage: (of, event) => this.#sabotage?.(of, event),
      perform: () => {},
      log: (of, severity, text) => {
        this.lines.push(`${(this.clock.nowMicros() / 1000).toFixed(3)} slot ${of.slot} ${severity}: ${text}`);
      },
      milestone: (of, step) => this.milestones.push({ slot: of.slot, step, atMicros: this.clock.nowMicros() }),
    });
    this.cards.set(slot, card);
    return card;
  }

  card(slot: number): SimulatedCard {
    const card = this.cards.get(slot);
    if (!card) throw new Error(`no card in slot ${slot}`);
    return card;
  }

  pull(slot: number): void {
    this.card(slot).pull(this.buses);
  }

  run(millis: number): void {
    this.clock.run(this.clock.nowMicros() + millis * 1000);
  }

  /** A witness has something to tell: a number from 1 to 255. */
  say(slot: number, value: number): void {
    this.card(slot).fromWorld({
      kind: "datagram",
      socket: "toy",
      octets: Uint8Array.of(value, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      address: "",
      port: 0,
    });
  }

  callServer(slot: number): ToyCallServer {
    return this.card(slot).application as ToyCallServer;
  }

  performed(slot: number): readonly number[] {
    return (this.card(slot).application as ToyWitness).performed.map(({ value }) => value);
  }

  congestion(slot: number): readonly number[] {
    return (this.card(slot).application as ToyWitness).congestion;
  }

  status(slot: number): Readonly<Record<string, unknown>> {
    return this.card(slot).communication.status();
  }

  roles(): Record<number, unknown> {
    return Object.fromEntries([...this.cards].map(([slot, card]) => [slot, card.communication.status().role]));
  }

  /** Microseconds of virtual time from a moment until a card next reaches this step; infinite when none has. */
  microsUntil(step: Milestone, sinceMicros: number): number {
    const reached = this.milestones.find((one) => one.step === step && one.atMicros >= sinceMicros);
    return reached === undefined ? Number.POSITIVE_INFINITY : reached.atMicros - sinceMicros;
  }

  primaries(): number[] {
    return [2, 3].filter(
      (slot) => !this.card(slot).pulled && this.card(slot).communication.status().role === "primary",
    );
  }
}
