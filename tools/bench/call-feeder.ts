/**
 * A call server between far ends that always do what is expected of them: inputs go in, and what the commits ask for is
 * answered. No bus, no LIM, no gateway: what is measured is the call server.
 */
import type { ApplicationAction, ApplicationEvent, DeliveredCommit } from "../../firmware/card/application.ts";
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
const filledAtOnce = 400;
const startMillis = 1_700_000_000_000;
const nothing = new Uint8Array(0);
const verb = { modify: 2, delete: 3 } as const;
const plan = encodePlan({ scenario: "answer", voice: false, ring: 0, hold: 0 });

export class CallFeeder {
  readonly primary: CallServer;
  readonly backup: CallServer | undefined;
  /** Processor time spent in the call servers so far, all threads of this process. */
  primaryMicros: Micros = 0;
  backupMicros: Micros = 0;
  readonly #configuration: RackConfiguration;
  readonly #limSlot: number;
  /** Circuits that calls come in on, in the order in which they became idle. */
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

  /** So many calls that stay, a few hundred at a time. */
  fill(count: number): void {
    for (let left = count; left > 0; left -= filledAtOnce) this.setUp(Math.min(filledAtOnce, left));
  }

  /** So many calls at the same time, from the IAM to the conversation. */
  setUp(count: number): readonly Conversation[] {
    assert(this.#nextIdle + count <= this.#idle.length, "there is a circuit for every call");
    const incoming = this.#idle.slice(this.#nextIdle, this.#nextIdle + count);
    this.#nextIdle += count;
    const seized = this.#give(
      incoming.map((circuit) => isup(circuit, { type: "IAM", cic: 0, ...this.#numbersOf(circuit) })),
    );
    const calls = seized.map((wanted, index): Conversation => {
      const onward = wanted.find((output) => output.kind !== "instruct");
      const create = instructionIn(wanted, "create");
      assert(onward !== undefined && create !== undefined, "an IAM goes on, and a connection is made");
      return { incoming: incoming[index], outgoing: onward.circuit, connection: create.call };
    });
    this.#give(
      calls.map(({ connection: call }) => ({
        kind: "created",
        call,
        identifier: call,
        secondIdentifier: call,
        port: 0,
      })),
    );
    this.#give(calls.map(({ outgoing }) => isup(outgoing, { type: "ACM", cic: 0 })));
    const answered = this.#give(calls.map(({ outgoing }) => isup(outgoing, { type: "ANM", cic: 0 })));
    const areThrough = answered.every((wanted) => instructionIn(wanted, "modify") !== undefined);
    assert(areThrough, "an answer makes the connection two-way");
    this.#give(calls.map(({ connection: call }) => ({ kind: "done", call, verb: verb.modify })));
    return calls;
  }

  /** From the REL of the calling side to the last RLC. */
  release(calls: readonly Conversation[]): void {
    const released = this.#give(calls.map(({ incoming }) => isup(incoming, { type: "REL", cic: 0, cause: 16 })));
    const areDeleted = released.every((wanted) => instructionIn(wanted, "delete") !== undefined);
    assert(areDeleted, "a release removes the connection");
    this.#give(calls.map(({ outgoing }) => isup(outgoing, { type: "RLC", cic: 0 })));
    this.#give(calls.map(({ connection: call }) => ({ kind: "done", call, verb: verb.delete })));
    this.#idle.push(...calls.map(({ incoming }) => incoming));
  }

  /** Circuits are reset, destinations are heard of. */
  #bringIntoService(): void {
    const { exchanges } = this.#configuration;
    this.#step(this.primary, { kind: "primary", term: 1, sequence: 1, coldStart: true, timeMillis: startMillis });
    this.#give(exchanges.map((_, exchange) => ({ kind: "destination", exchange, available: 1 })));
    for (let deadline = this.primary.nextDeadline(); deadline !== undefined && deadline <= this.#now; ) {
      const wanted = this.#distribute([{ actions: this.#step(this.primary, { kind: "deadline" }), payload: nothing }]);
      this.#give(wanted.flat().flatMap(resetAnswer));
      deadline = this.primary.nextDeadline();
    }
    const { count } = callingCircuits(0);
    for (let place = 0; place < count; place++) {
      for (let pair = 0; pair < exchanges.length / 2; pair++) this.#idle.push(callingCircuits(pair).first + place);
    }
  }

  /** Numbers of their own for every call, that lead from a calling exchange to its called one. */
  #numbersOf(incoming: number): { readonly called: string; readonly calling: string } {
    const pair = Math.floor(incoming / (2 * callingCircuits(0).count));
    return { called: `${prefixOf(pair)}${plan}`, calling: String(this.#calls++).padStart(9, "0") };
  }

  /** Inputs, one after the other, and what the commit of each wants done. */
  #give(inputs: readonly Input[]): readonly (readonly Output[])[] {
    const payloads = inputs.map((given) => encode(input, given));
    const before = process.cpuUsage();
    const consumed = payloads.map((payload) => {
      this.#now += inputMicros;
      const event = { kind: "input", slot: this.#limSlot, number: ++this.#inputs, payload, waiting: 0 } as const;
      const actions = this.#step(this.primary, event);
      for (const action of actions) {
        if (action.kind === "commit") this.#step(this.primary, { kind: "transmitted", sequence: action.sequence });
      }
      return { actions, payload };
    });
    this.primaryMicros += microsSince(before);
    return this.#distribute(consumed);
  }

  #distribute(
    consumed: readonly { readonly actions: readonly ApplicationAction[]; readonly payload: Uint8Array }[],
  ): readonly (readonly Output[])[] {
    const commits = consumed.map(({ actions, payload }): readonly DeliveredCommit[] =>
      actions.flatMap((action) => (action.kind === "commit" ? [{ group: 1, term: 1, ...action, input: payload }] : [])),
    );
    const before = process.cpuUsage();
    if (this.backup !== undefined) {
      for (const commit of commits.flat()) this.#step(this.backup, { kind: "commit", commit });
    }
    this.backupMicros += microsSince(before);
    return commits.map((all) => all.flatMap(({ body }) => outputs.read(new OctetReader(body), "outputs")));
  }

  #step(server: CallServer, event: ApplicationEvent): readonly ApplicationAction[] {
    const actions = server.step(event, this.#now, startMillis + Math.floor(this.#now / microsPerMilli));
    server.nextDeadline();
    return actions;
  }
}

function microsSince(before: NodeJS.CpuUsage): Micros {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function isup(circuit: number, signal: Signal): Input {
  return { kind: "isup", circuit, message: encodeSignal(signal).subarray(cicOctets) };
}

/** The acknowledgement of a group reset. */
function resetAnswer(output: Output): readonly Input[] {
  if (output.kind !== "message") return [];
  const asked = decodeSignal(withCic(0, output.message));
  if (!asked.ok || asked.value.type !== "GRS") return [];
  const { range = 0 } = asked.value;
  return [isup(output.circuit, { type: "GRA", cic: 0, range, status: new Uint8Array((range >> 3) + 1) })];
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
