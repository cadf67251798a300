/**
 * A call server between far ends that always do what is expected of them: inputs go in, and what the commits ask for is
 * answered. No bus, no LIM, no gateway: what is measured is the call server.
 */
import type { ApplicationAction, ApplicationEvent } from "../../firmware/card/application.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { type Input, input } from "../../firmware/interchange/input.ts";
import { type Instruction, type Output, outputs } from "../../firmware/interchange/output.ts";
import { encode } from "../../firmware/layout/layout.ts";
import { OctetReader } from "../../firmware/layout/octet-reader.ts";
import { cicOctets } from "../../firmware/mtp3/circuit-identification-code.ts";
import { assert } from "../../firmware/result.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { encodePlan } from "../exchange/call-plan.ts";
import { decodeSignal, encodeSignal, type Signal, withCic } from "../exchange/signal.ts";
import { callingCircuits, prefixOf } from "./many-circuits.ts";

/** A call that is talked on. */
export interface Conversation {
  readonly incoming: number;
  readonly outgoing: number;
  /** What its connection is called in inputs. */
  readonly connection: number;
}

/** Time that goes by from one input to the next: about that of 200 calls a second. */
const inputMicros: Micros = 600;
const startMillis = 1_700_000_000_000;
const nothing = new Uint8Array(0);
const verb = { modify: 2, delete: 3 } as const;
const plan = encodePlan({ scenario: "answer", voice: false, ring: 0, hold: 0 });

export class CallFeeder {
  readonly primary: CallServer;
  readonly backup: CallServer | undefined;
  /** Time spent in the call servers so far, milliseconds. */
  primaryMillis = 0;
  backupMillis = 0;
  readonly #configuration: RackConfiguration;
  readonly #limSlot: number;
  /** Circuits that the next calls come in on. */
  readonly #idle: number[] = [];
  #nextIdle = 0;
  #now: Micros = 0;
  #inputs = 0;
  #calls = 0;

  /** @param configuration made by `withManyCircuits` */
  constructor(configuration: RackConfiguration, withBackup: boolean) {
    this.#configuration = configuration;
    const [own, mate] = configuration.cards.filter(({ kind }) => kind === "call-server").map(({ slot }) => slot);
    this.#limSlot = configuration.exchanges[0].associations[0].lim;
    this.primary = new CallServer(configuration, own);
    this.backup = withBackup ? new CallServer(configuration, mate) : undefined;
    this.#bringIntoService();
  }

  /** From the IAM to the conversation. */
  setUp(): Conversation {
    assert(this.#nextIdle < this.#idle.length, "there is a circuit for every call");
    const incoming = this.#idle[this.#nextIdle++];
    const { called, calling } = this.#numbersOf(incoming);
    const seized = this.#isup(incoming, { type: "IAM", cic: 0, called, calling });
    const onward = seized.find((output) => output.kind !== "instruct");
    const create = instructionIn(seized, "create");
    assert(onward !== undefined && create !== undefined, "an IAM goes on, and a connection is made");
    const { circuit: outgoing } = onward;
    const { call: connection } = create;
    const media = { address: 0, port: 0, payloadType: 0 };
    this.#give({ kind: "created", call: connection, identifier: connection, secondIdentifier: connection, ...media });
    this.#isup(outgoing, { type: "ACM", cic: 0 });
    const answered = this.#isup(outgoing, { type: "ANM", cic: 0 });
    assert(instructionIn(answered, "modify") !== undefined, "an answer makes the connection two-way");
    this.#give({ kind: "done", call: connection, verb: verb.modify });
    return { incoming, outgoing, connection };
  }

  /** From the REL of the calling side to the last RLC. */
  release({ incoming, outgoing, connection }: Conversation): void {
    const released = this.#isup(incoming, { type: "REL", cic: 0, cause: 16 });
    assert(instructionIn(released, "delete") !== undefined, "a release removes the connection");
    this.#isup(outgoing, { type: "RLC", cic: 0 });
    this.#give({ kind: "done", call: connection, verb: verb.delete });
    this.#idle.push(incoming);
  }

  /** Circuits are reset, destinations are heard of. */
  #bringIntoService(): void {
    const { exchanges } = this.#configuration;
    this.#tellPrimary({ kind: "primary", term: 1, sequence: 1, coldStart: true });
    exchanges.forEach((_, exchange) => {
      this.#give({ kind: "destination", exchange, available: 1 });
    });
    for (let deadline = this.primary.nextDeadline(); deadline !== undefined && deadline <= this.#now; ) {
      for (const output of this.#commits(this.#tellPrimary({ kind: "deadline" }), nothing)) this.#answerReset(output);
      deadline = this.primary.nextDeadline();
    }
    for (let place = 0; place < callingCircuits(0).count; place++) {
      for (let pair = 0; pair < exchanges.length / 2; pair++) this.#idle.push(callingCircuits(pair).first + place);
    }
  }

  #answerReset(output: Output): void {
    if (output.kind !== "message") return;
    const asked = decodeSignal(withCic(0, output.message));
    if (!asked.ok || asked.value.type !== "GRS") return;
    const { range = 0 } = asked.value;
    this.#isup(output.circuit, { type: "GRA", cic: 0, range, status: new Uint8Array((range >> 3) + 1) });
  }

  /** Numbers of their own for every call, that lead from a calling exchange to its called one. */
  #numbersOf(incoming: number): { readonly called: string; readonly calling: string } {
    const pair = Math.floor(incoming / (2 * callingCircuits(0).count));
    return { called: `${prefixOf(pair)}${plan}`, calling: String(this.#calls++).padStart(9, "0") };
  }

  #isup(circuit: number, signal: Signal): readonly Output[] {
    return this.#give({ kind: "isup", circuit, message: encodeSignal(signal).subarray(cicOctets) });
  }

  /** An input, and what its commit wants done. */
  #give(given: Input): readonly Output[] {
    this.#now += inputMicros;
    const payload = encode(input, given);
    const number = ++this.#inputs;
    return this.#commits(
      this.#tellPrimary({ kind: "input", slot: this.#limSlot, number, payload, waiting: 0 }),
      payload,
    );
  }

  #commits(actions: readonly ApplicationAction[], payload: Uint8Array): readonly Output[] {
    const all: Output[] = [];
    for (const action of actions) {
      if (action.kind !== "commit") continue;
      all.push(...outputs.read(new OctetReader(action.body), "outputs"));
      this.#tellBackup({ kind: "commit", commit: { group: 1, term: 1, ...action, input: payload } });
      this.#tellPrimary({ kind: "transmitted", sequence: action.sequence });
    }
    return all;
  }

  get #wallMillis(): number {
    return startMillis + Math.floor(this.#now / microsPerMilli);
  }

  #tellPrimary(event: ApplicationEvent): readonly ApplicationAction[] {
    const before = performance.now();
    const actions = this.primary.step(event, this.#now, this.#wallMillis);
    this.primary.nextDeadline();
    this.primaryMillis += performance.now() - before;
    return actions;
  }

  #tellBackup(event: ApplicationEvent): void {
    const before = performance.now();
    this.backup?.step(event, this.#now, this.#wallMillis);
    this.backupMillis += performance.now() - before;
  }
}

function instructionIn<K extends Instruction["kind"]>(
  all: readonly Output[],
  kind: K,
): Extract<Instruction, { kind: K }> | undefined {
  for (const output of all) {
    if (output.kind === "instruct" && output.instruction.kind === kind) {
      return output.instruction as Extract<Instruction, { kind: K }>;
    }
  }
  return undefined;
}
