/**
 * Primary and backup side by side: every commit of the one is delivered to the other, and after every commit tables, timers
 * and the order of circuit selection are the same on both.
 */
import { expect } from "vitest";
import type { ApplicationAction, ApplicationEvent, DeliveredCommit } from "../../../firmware/card/application.ts";
import type { OperatorCommand } from "../../../firmware/card/operator-command.ts";
import { blockingKey } from "../../../firmware/call-server/blocking-disk.ts";
import { CallServer } from "../../../firmware/call-server/call-server.ts";
import { outputMessage } from "../../../firmware/call-server/message-output.ts";
import { Circuits } from "../../../firmware/configuration/circuits.ts";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Instruction, type Output, outputs } from "../../../firmware/interchange/output.ts";
import { decodeMessage, messageTypeOf } from "../../../firmware/isup/codec.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { OctetReader } from "../../../firmware/layout/octet-reader.ts";
import type { StorageFailureKind, StorageOutcome } from "../../../hal/storage.ts";
import { exampleRack, slots } from "./example-rack.ts";

export type Said =
  | {
      readonly kind: "isup";
      /** Of the LIM. */
      readonly slot: number;
      readonly circuit: number;
      readonly type: string;
      readonly message: Uint8Array;
    }
  | { readonly kind: "instruct"; readonly slot: number; readonly instruction: Instruction };

export interface CommitTrace {
  readonly consumed: string;
  readonly outputOctets: number;
  readonly changeOctets: number;
}

class Card {
  readonly slot: number;
  server: CallServer;
  file: string[] = [];
  logs: string[] = [];
  /** The value that the card has put last, and why its disk refuses the next one. */
  blocking: Uint8Array | undefined;
  diskFailure: StorageFailureKind | undefined;
  readonly #configuration: RackConfiguration;

  constructor(configuration: RackConfiguration, slot: number) {
    this.#configuration = configuration;
    this.slot = slot;
    this.server = new CallServer(configuration, slot, {});
  }

  /** Pulled and put in again: what was on the disk is all that is left. */
  restart(): void {
    const name = blockingKey;
    const storedBlocking: StorageOutcome<Uint8Array> = this.blocking
      ? { ok: true, value: this.blocking }
      : { ok: false, error: { kind: "not-found", name } };
    this.server = new CallServer(this.#configuration, this.slot, { storedCdrs: this.file, storedBlocking });
    this.keep(this.server.start(0));
  }

  keep(actions: readonly ApplicationAction[]): readonly ApplicationAction[] {
    for (const action of actions) {
      if (action.kind === "append") this.file.push(action.line);
      if (action.kind === "truncate") this.file = this.file.slice(0, action.lines);
      if (action.kind === "log") this.logs.push(action.text);
      if (action.kind === "put" && this.diskFailure === undefined) this.blocking = action.value;
    }
    return actions;
  }
}

export class CallServerPair {
  readonly configuration: RackConfiguration;
  primary: Card;
  backup: Card | undefined;
  now = 1_000_000;
  readonly said: Said[] = [];
  readonly trace: CommitTrace[] = [];
  /** Inputs that wait behind the one that is given. */
  waiting = 0;
  /** Whether commits are confirmed as transmitted at once. */
  transmits = true;
  term = 1;
  sequence = 0;
  #inputNumber = 0;

  constructor(overrides: Record<string, unknown> = {}) {
    this.configuration = exampleRack(overrides);
    this.primary = new Card(this.configuration, slots.callServer);
    this.backup = new Card(this.configuration, slots.otherCallServer);
    this.sequence = 1;
    this.tell(this.primary, { kind: "primary", term: 1, sequence: 1, coldStart: true, timeMillis: this.wallMillis });
    this.tell(this.backup, {
      kind: "commit",
      commit: this.#emptyCommit(1, { kind: "begin", cold: true, afterTerm: 0 }),
    });
  }

  /** By how much the cards' clocks have been set. */
  clockSetMillis = 0;

  /** What the cards' clocks show. */
  get wallMillis(): number {
    return this.groupMillis + this.clockSetMillis;
  }

  /** The group's time, which goes on evenly. */
  get groupMillis(): number {
    return 1_700_000_000_000 + Math.floor(this.now / 1000);
  }

  tell(card: Card, event: ApplicationEvent): readonly ApplicationAction[] {
    const actions = card.keep(card.server.step(event, this.now, this.wallMillis));
    for (const action of actions) {
      if (action.kind === "put") this.tell(card, { kind: "stored", key: action.key, failure: card.diskFailure });
    }
    return actions;
  }

  /** An operator's command, and what it made the primary say. */
  operate(command: OperatorCommand): readonly Said[] {
    return this.distribute(this.tell(this.primary, { kind: "operator", command }), new Uint8Array(0), () => "internal");
  }

  /**
   * Both cards lose their power and start again, with what is on their disks; the first of these becomes primary, and the other asks
   * it for the state.
   */
  startCold(first: Card, other?: Card): void {
    for (const card of other ? [first, other] : [first]) card.restart();
    this.primary = first;
    this.backup = undefined;
    this.pulled = other;
    this.term = 1;
    this.sequence = 1;
    this.said.length = 0;
    this.tell(first, { kind: "primary", term: 1, sequence: 1, coldStart: true, timeMillis: this.groupMillis });
    this.pass(0);
    if (other) this.insert();
  }

  /** An input, and what it made the primary say. */
  consume(slot: number, payload: Uint8Array): readonly Said[] {
    const number = ++this.#inputNumber;
    const { waiting } = this;
    const actions = this.tell(this.primary, { kind: "input", slot, number, payload, waiting });
    return this.distribute(actions, payload, () => "input");
  }

  /** From whom such an input comes. */
  give(said: Input, slot = this.#senderOf(said)): readonly Said[] {
    return this.consume(slot, encode(input, said));
  }

  #senderOf(said: Input): number {
    const limOf = (exchange: number) => this.configuration.exchanges[exchange]?.associations[0].lim ?? slots.lim;
    const circuits = new Circuits(this.configuration);
    if (said.kind === "destination" || said.kind === "unequipped") return limOf(said.exchange);
    if (said.kind === "isup") return limOf(said.circuit < circuits.count ? circuits.exchangeOf(said.circuit) : 0);
    return slots.transporter;
  }

  isup(circuit: number, message: Uint8Array): readonly Said[] {
    return this.give({ kind: "isup", circuit, message });
  }

  /** Lets time pass, all deadlines included, and gives all that was said. */
  pass(micros: number): readonly Said[] {
    const end = this.now + micros;
    const from = this.said.length;
    for (let steps = 0; steps < 100_000; steps++) {
      const deadline = this.primary.server.nextDeadline();
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      this.distribute(this.tell(this.primary, { kind: "deadline" }), new Uint8Array(0), () => "internal");
    }
    this.now = end;
    return this.said.slice(from);
  }

  /** Hands on what the primary wants done; the backup gets every commit. */
  distribute(actions: readonly ApplicationAction[], payload: Uint8Array, name: () => string): readonly Said[] {
    const from = this.said.length;
    for (const action of actions) {
      if (action.kind === "snapshot") this.snapshots.push(action);
      if (action.kind !== "commit") continue;
      expect(action.sequence).toBe(this.sequence + 1);
      this.sequence = action.sequence;
      expect(action.body.length).toBeLessThan(4000);
      const commit: DeliveredCommit = { group: 1, term: this.term, ...action, input: payload };
      const reader = new OctetReader(action.body);
      for (const output of outputs.read(reader, "outputs")) this.#hear(output, payload);
      this.trace.push({
        consumed: name(),
        outputOctets: reader.offset,
        changeOctets: action.body.length - reader.offset,
      });
      // The octets as they are after the bus: a copy, and without the input where the record says that it is not needed.
      const delivered = {
        ...commit,
        body: action.body.slice(),
        input: action.refersToInput ? payload.slice() : payload,
      };
      if (this.backup) this.tell(this.backup, { kind: "commit", commit: delivered });
      if (this.transmits) this.tell(this.primary, { kind: "transmitted", sequence: action.sequence });
      this.#sinceSnapshot.push(delivered);
    }
    this.compare();
    return this.said.slice(from);
  }

  /** Both hear that a card came or went; what the primary says of it reaches the backup. */
  hear(card: Omit<Extract<ApplicationEvent, { readonly kind: "card" }>, "kind">): readonly ApplicationAction[] {
    if (this.backup) this.tell(this.backup, { kind: "card", ...card });
    const actions = this.tell(this.primary, { kind: "card", ...card });
    this.distributeEmpty(actions);
    return actions;
  }

  /** A commit without a body, such as the admission of a card. */
  distributeEmpty(actions: readonly ApplicationAction[]): void {
    for (const action of actions) {
      if (action.kind !== "commit") continue;
      this.sequence = action.sequence;
      const commit = { group: 1, term: this.term, ...action, input: new Uint8Array(0) };
      if (this.backup) this.tell(this.backup, { kind: "commit", commit });
    }
  }

  compare(): void {
    if (this.backup === undefined || this.backup.server.appliedSequence !== this.primary.server.appliedSequence) return;
    const [a, b] = [this.primary.server, this.backup.server];
    expect(b.digest()).toBe(a.digest());
    expect(b.runningTimers()).toEqual(a.runningTimers());
    for (const group of this.configuration.trunkGroups.keys()) expect(b.candidates(group)).toEqual(a.candidates(group));
  }

  /** The primary is pulled; the backup goes on alone. */
  takeOver(): void {
    const { backup } = this;
    if (backup === undefined) throw new Error("no backup");
    const pulled = this.primary;
    this.primary = backup;
    this.backup = undefined;
    this.pulled = pulled;
    this.sequence++;
    this.term++;
    const actions = this.tell(this.primary, {
      kind: "primary",
      term: this.term,
      sequence: this.sequence,
      coldStart: false,
      timeMillis: this.groupMillis,
    });
    this.distributeEmpty(actions);
  }

  pulled: Card | undefined;
  snapshots: Extract<ApplicationAction, { kind: "snapshot" }>[] = [];
  #sinceSnapshot: DeliveredCommit[] = [];

  /** The other card is put in and asks for the tables; `during` runs between the pieces. */
  insert(during: (piece: number) => void = () => undefined): void {
    const card = this.pulled ?? this.backup;
    if (card === undefined) throw new Error("no card to insert");
    this.backup = undefined;
    card.restart();
    const request = this.tell(card, { kind: "resynchronise" })[0];
    if (request?.kind !== "snapshot-request") throw new Error("no request");
    this.snapshots = [];
    this.#sinceSnapshot = [];
    this.tell(this.primary, { kind: "snapshot-wanted", slot: card.slot, request: request.request });
    let taken = 0;
    let heard = 0;
    let complete = false;
    for (let step = 0; !complete && step < 10_000; step++) {
      // Pieces arrive when they are sent.
      this.pass(Math.max(0, (this.primary.server.nextDeadline() ?? this.now) - this.now));
      for (const piece of this.snapshots.slice(taken)) {
        taken++;
        expect(piece.piece.length).toBeLessThanOrEqual(1024);
        // Commits up to here go before the piece, as on the bus.
        for (const commit of this.#sinceSnapshot.slice(heard))
          if (taken > 1) this.tell(card, { kind: "commit", commit });
        if (taken > 1) heard = this.#sinceSnapshot.length;
        const actions = this.tell(card, { ...piece, kind: "snapshot" });
        if (piece.last) {
          expect(actions.some(({ kind }) => kind === "complete")).toBe(true);
          complete = true;
        } else during(taken);
      }
    }
    expect(complete).toBe(true);
    for (const commit of this.#sinceSnapshot.slice(heard)) this.tell(card, { kind: "commit", commit });
    this.pulled = undefined;
    this.backup = card;
    expect(card.server.appliedSequence).toBe(this.primary.server.appliedSequence);
    expect(card.server.digest()).toBe(this.primary.server.digest());
  }

  /** In service: destinations known, all circuits reset and acknowledged. */
  static inService(overrides: Record<string, unknown> = {}): CallServerPair {
    const pair = new CallServerPair(overrides);
    pair.pass(1000);
    for (const exchange of pair.configuration.exchanges.keys())
      pair.give({ kind: "destination", exchange, available: 1 });
    for (const each of pair.pass(1000)) {
      if (each.kind !== "isup") continue;
      if (each.type === "RSC") pair.isup(each.circuit, rlc);
      if (each.type === "GRS") pair.isup(each.circuit, gra(rangeOf(each.message)));
    }
    pair.said.length = 0;
    pair.trace.length = 0;
    return pair;
  }

  /** Every circuit idle, no call, no connection left. */
  expectIdle(): void {
    for (const { server } of [this.primary, ...(this.backup ? [this.backup] : [])]) {
      expect(server.rows("state")).toEqual([]);
      expect(server.rows("connection")).toEqual([]);
      for (const row of server.rows("endpoint")) expect(row).toMatchObject({ state: "idle", call: 0 });
      expect(server.runningTimers()).toEqual([]);
    }
  }

  state(circuit: number): unknown {
    return this.primary.server.rows("endpoint").find(({ key }) => key === circuit)?.state;
  }

  records(): Record<string, unknown>[] {
    return this.primary.file.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  #hear(output: Output, payload: Uint8Array): void {
    if (output.kind === "instruct") {
      this.said.push({ kind: "instruct", slot: output.slot, instruction: output.instruction });
      return;
    }
    const consumed = decode(input, payload);
    const message = outputMessage(
      output,
      consumed.ok && consumed.value.kind === "isup" ? consumed.value.message : undefined,
    );
    if (message === undefined) throw new Error("an output that refers to nothing");
    const decoded = decodeMessage(message);
    const type = messageTypeOf(message) ?? `0x${message[0]?.toString(16)}`;
    if (!decoded.ok && decoded.error.kind !== "unknown-type")
      throw new Error(`${type} cannot be read: ${decoded.error.kind}`);
    const { slot, circuit } = output;
    this.said.push({ kind: "isup", slot, circuit, type, message: message.slice() });
  }

  #emptyCommit(sequence: number, consumed: DeliveredCommit["consumed"]): DeliveredCommit {
    const nothing = new Uint8Array(0);
    return {
      group: 1,
      term: this.term,
      sequence,
      consumed,
      timeMillis: this.wallMillis,
      body: nothing,
      input: nothing,
    };
  }
}

/** What was said in a line: `IAM 8, create`. */
export function line(said: readonly Said[]): string {
  return said.map((each) => (each.kind === "isup" ? `${each.type} ${each.circuit}` : each.instruction.kind)).join(", ");
}

export function createReference(said: readonly Said[]): number {
  for (const each of said)
    if (each.kind === "instruct" && each.instruction.kind === "create") return each.instruction.call;
  throw new Error("no create");
}

function rangeOf(message: Uint8Array): number {
  const decoded = decodeMessage(message);
  if (!decoded.ok || decoded.value.type !== "GRS") throw new Error("no GRS");
  return decoded.value.parameters.rangeAndStatus.range;
}

// --- messages, in octets written out where the codec would only prove itself

/** IAM to `digits` from 5550001, with octets of an optional part that nobody here knows (0xfe). */
export function iam(digits = "4711", hops?: number): Uint8Array {
  const called = numberOctets(digits);
  const calling = [0x83, 0x13, 0x55, 0x05, 0x00, 0x01];
  const optional = [
    0x0a,
    calling.length,
    ...calling,
    ...(hops === undefined ? [] : [0x3d, 0x01, hops]),
    0xfe,
    0x02,
    0xab,
    0xcd,
    0x00,
  ];
  const variable = [called.length + 2, (digits.length % 2) * 0x80 + 0x03, 0x10, ...called];
  return Uint8Array.from([0x01, 0x00, 0x20, 0x01, 0x0a, 0x00, 0x02, 1 + variable.length, ...variable, ...optional]);
}

function numberOctets(digits: string): number[] {
  const octets: number[] = [];
  for (let i = 0; i < digits.length; i += 2) {
    octets.push(Number.parseInt(digits[i] ?? "0", 16) + 16 * Number.parseInt(digits[i + 1] ?? "0", 16));
  }
  return octets;
}

export const acm = Uint8Array.of(0x06, 0x16, 0x14, 0x00);
export const cpg = Uint8Array.of(0x2c, 0x01, 0x00);
export const anm = Uint8Array.of(0x09, 0x00);
export const con = Uint8Array.of(0x07, 0x16, 0x14, 0x00);
export const rlc = Uint8Array.of(0x10, 0x00);
export const rsc = Uint8Array.of(0x12);
export const blo = Uint8Array.of(0x13);
export const ubl = Uint8Array.of(0x14);
export const bla = Uint8Array.of(0x15);
export const uba = Uint8Array.of(0x16);
export const ucic = Uint8Array.of(0x2e);
export const sus = Uint8Array.of(0x0d, 0x01, 0x00);
export const rel = (cause = 16): Uint8Array => Uint8Array.of(0x0c, 0x02, 0x00, 0x02, 0x84, 0x80 | cause);
export const grs = (range: number): Uint8Array => Uint8Array.of(0x17, 0x01, 0x01, range);
/** CGB (0x18), CGU (0x19) or their acknowledgements; `kind` 0 for maintenance, 1 for a hardware failure. */
export function groupSupervision(type: number, kind: number, range: number, ...status: readonly number[]): Uint8Array {
  return Uint8Array.of(type, kind, 0x01, 1 + status.length, range, ...status);
}
export function gra(range: number, ...status: readonly number[]): Uint8Array {
  const octets = Array.from({ length: Math.ceil((range + 1) / 8) }, (_, index) => status[index] ?? 0);
  return Uint8Array.of(0x29, 0x01, 1 + octets.length, range, ...octets);
}
