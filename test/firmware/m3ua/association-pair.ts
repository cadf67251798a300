import { Association } from "../../../firmware/m3ua/association.ts";
import type {
  AssociationAction,
  AssociationEvent,
  AssociationOptions,
} from "../../../firmware/m3ua/association-contract.ts";
import { decode, encode } from "../../../firmware/m3ua/codec.ts";
import { errorCodeName } from "../../../firmware/m3ua/error-codes.ts";
import { type Message, type StatusName, statuses } from "../../../firmware/m3ua/messages.ts";
import type { MessageSignalUnit } from "../../../firmware/mtp3/message-signal-unit.ts";
import { microsPerMilli } from "../../../firmware/time.ts";

export const unit: MessageSignalUnit = {
  opc: 265,
  dpc: 4237,
  serviceIndicator: 5,
  networkIndicator: 2,
  messagePriority: 0,
  sls: 7,
  userData: Uint8Array.of(0x2a, 0x01, 0x0c, 0x02, 0x00, 0x02, 0x80, 0x90),
};

type Side = "a" | "b";
interface InFlight {
  readonly to: Side;
  readonly octets: Uint8Array;
  readonly at: number;
}

/** What a message says, in a word or two: the name, and of ERR and NTFY what it is about. */
export function describeMessage(octets: Uint8Array): string {
  const decoded = decode(octets);
  if (!decoded.ok) return `?${decoded.error.kind}`;
  const message = decoded.value;
  if (message.name === "ERR") return `ERR(${errorCodeName(message.errorCode)})`;
  if (message.name === "NTFY") {
    const names = Object.keys(statuses) as StatusName[];
    const { type, information } = message.status;
    return `NTFY(${names.find((name) => statuses[name].type === type && statuses[name].information === information)})`;
  }
  return message.name;
}

/** Two associations joined by a stream in memory, under one virtual clock. The transcript says who sent what. */
export class AssociationPair {
  readonly transcript: string[] = [];
  readonly reports: Readonly<Record<Side, AssociationAction[]>> = { a: [], b: [] };
  readonly octets: Uint8Array[] = [];
  /** Decides what becomes of a message: how many times it arrives. */
  copies: (from: Side, name: string) => number = () => 1;
  delayMillis: (from: Side, name: string) => number = () => 0;
  nowMillis = 0;
  readonly #ends: Readonly<Record<Side, Association>>;
  readonly #names: Readonly<Record<Side, string>>;
  #inFlight: InFlight[] = [];

  constructor(a: AssociationOptions, b: AssociationOptions) {
    this.#ends = { a: new Association(a), b: new Association(b) };
    this.#names = { a: a.role, b: a.role === b.role ? `${b.role}'` : b.role };
  }

  state(side: Side): string {
    return this.#ends[side].state;
  }

  /** Connects both ends, the given one first. */
  connect(first: Side = "a"): void {
    this.input(first, { kind: "connected" });
    this.input(first === "a" ? "b" : "a", { kind: "connected" });
    this.run(0);
  }

  disconnect(): void {
    this.#inFlight = [];
    this.input("a", { kind: "disconnected" });
    this.input("b", { kind: "disconnected" });
  }

  input(side: Side, event: AssociationEvent): readonly AssociationAction[] {
    const actions = this.#ends[side].step(event, this.nowMillis * microsPerMilli);
    for (const action of actions) {
      if (action.kind === "send") this.#post(side, action.octets);
      else this.reports[side].push(action);
    }
    return actions;
  }

  /** The peer of `side` sends the message, whatever its own state. */
  inject(side: Side, message: Message): readonly AssociationAction[] {
    return this.input(side, { kind: "octets", octets: encode(message) });
  }

  /** Delivers and expires in the order of time, for so long. */
  run(millis: number): void {
    const end = this.nowMillis + millis;
    for (let steps = 0; steps < 10_000; steps++) {
      const arrival = this.#inFlight.reduce((min, { at }) => Math.min(min, at), Infinity);
      const deadlines = (["a", "b"] as const).map((side) => this.#ends[side].nextDeadline() ?? Infinity);
      const next = Math.min(arrival, ...deadlines.map((micros) => micros / microsPerMilli));
      if (next > end) {
        this.nowMillis = end;
        return;
      }
      this.nowMillis = Math.max(this.nowMillis, next);
      const index = this.#inFlight.findIndex(({ at }) => at === arrival && at <= this.nowMillis);
      if (index >= 0) {
        const [{ to, octets }] = this.#inFlight.splice(index, 1);
        // Cut in two, as a stream may be.
        const half = octets.length >> 1;
        this.input(to, { kind: "octets", octets: octets.slice(0, half) });
        this.input(to, { kind: "octets", octets: octets.slice(half) });
        continue;
      }
      for (const [i, side] of (["a", "b"] as const).entries()) {
        if (deadlines[i] <= this.nowMillis * microsPerMilli) this.input(side, { kind: "deadline" });
      }
    }
    throw new Error(`no rest: ${this.transcript.slice(-20).join(", ")}`);
  }

  /** What was sent since the last call. */
  take(): string[] {
    return this.transcript.splice(0);
  }

  /** What was reported since the last call, in short. */
  takeReports(side: Side): AssociationAction[] {
    return this.reports[side].splice(0);
  }

  #post(from: Side, octets: Uint8Array): void {
    const name = describeMessage(octets);
    const copies = this.copies(from, name);
    this.transcript.push(`${this.#names[from]} ${name}${copies === 0 ? " (lost)" : copies > 1 ? ` x${copies}` : ""}`);
    this.octets.push(octets);
    for (let i = 0; i < copies; i++) {
      this.#inFlight.push({
        to: from === "a" ? "b" : "a",
        octets,
        at: this.nowMillis + this.delayMillis(from, name),
      });
    }
  }
}
