/** What happened in recent calls, for a picture with arrows: kept as octets, read only when somebody looks. */
import type { LadderRequest, LadderRung } from "../card/application.ts";
import { type Input, input } from "../interchange/input.ts";
import { type Output, outputs } from "../interchange/output.ts";
import { messageTypeOf } from "../isup/codec.ts";
import { decode } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import type { Micros } from "../time.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { outputMessage } from "./message-output.ts";
import { KeyIndex } from "./tables/key-index.ts";

/** A commit that a call was part of. */
export interface LadderStep {
  readonly atMicros: Micros;
  readonly sequence: number;
  /** Whether this card made it. */
  readonly own: boolean;
  /** Where the consumed input came from; undefined for a timer, or work of the primary's own. */
  readonly slot: number | undefined;
  /** Of own commits only: of the others nobody asks more than that they came. */
  readonly input: Uint8Array;
  readonly body: Uint8Array;
}

interface RememberedCall {
  /** Each once. */
  readonly circuits: number[];
  readonly steps: LadderStep[];
}

const callsMax = 256;
const stepsMax = 64;
const nothing = new Uint8Array(0);

export class Ladder {
  readonly #plan: CircuitPlan;
  readonly #self: string;
  /** The group's other call server. */
  readonly #mate: string;
  readonly #index = new KeyIndex();
  /** By place. */
  readonly #calls: RememberedCall[] = [];
  /** The last calls, in the order in which they began. */
  readonly #order = new Float64Array(callsMax);
  #begun = 0;

  constructor(plan: CircuitPlan, slot: number) {
    this.#plan = plan;
    this.#self = this.#cardName(slot);
    const mate = plan.configuration.cards.find(
      (card) => card.kind === "call-server" && card.group === plan.group && card.slot !== slot,
    );
    this.#mate = mate === undefined ? this.#self : this.#cardName(mate.slot);
  }

  /** `call`, whose circuits are now these two, was part of a commit. */
  record(call: number, incoming: number, outgoing: number, step: LadderStep): void {
    const place = this.#index.find(call);
    const { circuits, steps } = place < 0 ? this.#remember(call) : this.#calls[place];
    if (!circuits.includes(incoming)) circuits.push(incoming);
    if (!circuits.includes(outgoing)) circuits.push(outgoing);
    if (steps.length < stepsMax) steps.push(step);
  }

  rungs({ call, circuits = [] }: LadderRequest): readonly LadderRung[] {
    const remembered = Array.from({ length: this.#index.size }, (_, later) => {
      const reference = this.#order[(this.#begun - this.#index.size + later) % callsMax];
      return { reference, ...this.#calls[this.#index.find(reference)] };
    });
    const wanted = remembered.filter(
      ({ reference, circuits: known }) => reference === call || circuits.some((circuit) => known.includes(circuit)),
    );
    return wanted.flatMap(({ steps }) => steps.flatMap((step) => this.#rungsOf(step)));
  }

  clear(): void {
    this.#index.clear();
    this.#calls.length = 0;
    this.#begun = 0;
  }

  #remember(call: number): RememberedCall {
    const turn = this.#begun++ % callsMax;
    if (this.#index.size === callsMax) this.#index.remove(this.#order[turn]);
    this.#order[turn] = call;
    const remembered: RememberedCall = { circuits: [], steps: [] };
    this.#calls[this.#index.add(call)] = remembered;
    return remembered;
  }

  #rungsOf(step: LadderStep): LadderRung[] {
    const { atMicros, sequence, own, slot, input: payload, body } = step;
    if (!own) return [{ atMicros, from: this.#mate, to: this.#self, text: `commit ${sequence}` }];
    const consumed = decode(input, payload);
    const message = consumed.ok && consumed.value.kind === "isup" ? consumed.value.message : undefined;
    const sent = outputs.read(new OctetReader(body), "outputs").map((output) => ({
      atMicros,
      from: this.#self,
      to: this.#cardName(output.slot),
      text: this.#outputText(output, message),
    }));
    const come = {
      atMicros,
      from: slot === undefined ? this.#self : this.#cardName(slot),
      to: this.#self,
      text: consumed.ok ? this.#inputText(consumed.value) : "timer",
    };
    return [come, ...sent];
  }

  #inputText(consumed: Input): string {
    switch (consumed.kind) {
      case "isup":
        return this.#messageText(consumed.circuit, consumed.message);
      case "refused":
        return `refused, cause ${consumed.cause}`;
      case "endpoint":
        return `endpoint ${this.#circuitName(consumed.circuit)}`;
      default:
        return consumed.kind;
    }
  }

  #outputText(output: Output, consumed: Uint8Array | undefined): string {
    if (output.kind === "instruct") return output.instruction.kind;
    return this.#messageText(output.circuit, outputMessage(output, consumed) ?? nothing);
  }

  #messageText(circuit: number, message: Uint8Array): string {
    return `${messageTypeOf(message) ?? `message type ${message[0] ?? "none"}`} ${this.#circuitName(circuit)}`;
  }

  #circuitName(circuit: number): string {
    return this.#plan.has(circuit) ? this.#plan.nameOf(circuit) : `circuit ${circuit}`;
  }

  #cardName(slot: number): string {
    const names = { lim: "LIM", "call-server": "call server", transporter: "transporter" } as const;
    const card = this.#plan.configuration.cards.find((candidate) => candidate.slot === slot);
    return card === undefined ? `slot ${slot}` : `${names[card.kind]} ${slot}`;
  }
}
