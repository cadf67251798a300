/**
 * The transporter: turns the instructions of the call servers into media gateway control commands, and what the gateways
 * answer into inputs (duties 31, 35, 38).
 */
import type {
  Application,
  ApplicationAction,
  ApplicationEvent,
  DeliveredCommit,
  LadderRequest,
  LadderRung,
} from "../card/application.ts";
import { Circuits } from "../configuration/circuits.ts";
import type { Gateway, RackConfiguration } from "../configuration/rack-schema.ts";
import { input } from "../interchange/input.ts";
import { type Instruction, outputs } from "../interchange/output.ts";
import { decode, encode } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import { Trace, type TraceLine, type TraceSince } from "../card/trace.ts";
import { textFromOctets } from "../mgcp/latin1.ts";
import { causeOf, responseCodes } from "../mgcp/response-codes.ts";
import type { TransactionTimers } from "../mgcp/transaction-timers.ts";
import { assert } from "../result.ts";
import type { Micros } from "../time.ts";
import { type ControlAction, GatewayControl } from "./gateway-control.ts";
import type { InstructionPlace } from "./transaction-identifier.ts";
import { verbTags } from "./unsecured-outcomes.ts";

/** One datagram to or from a gateway. */
export interface GatewayTraceEntry {
  /** UTC. */
  readonly timeMillis: number;
  /** The card's own clock. */
  readonly atMicros: Micros;
  readonly direction: "sent" | "received";
  /** Name of the gateway. */
  readonly gateway: string;
  /** Circuits whose endpoints it is about, the incoming one first; none where it is about no instruction. */
  readonly circuits: readonly number[];
  readonly call: number | undefined;
  readonly text: string;
}

type TracedDatagram = Omit<GatewayTraceEntry, "text"> & { readonly octets: Uint8Array };

export interface TransporterOptions {
  /** MGCP transactions: what differs from the defaults. */
  readonly timers?: Partial<TransactionTimers>;
}

/** A gateway and how it is spoken to. */
interface Link {
  readonly gateway: Gateway;
  readonly socket: string;
  readonly control: GatewayControl;
}

export class Transporter implements Application {
  readonly #configuration: RackConfiguration;
  readonly #slot: number;
  readonly #options: TransporterOptions;
  readonly #circuits: Circuits;
  /** By the gateway's name. */
  readonly #links = new Map<string, Link>();
  /** By socket and by the gateway's address and port. */
  readonly #linksBySource = new Map<string, Link>();
  readonly #sockets = new Set<string>();
  readonly #trace = new Trace<TracedDatagram>();
  readonly #counts = { commits: 0, instructions: 0, foreignDatagrams: 0, instructionsAcrossGateways: 0 };
  #actions: ApplicationAction[] = [];
  #now: Micros = 0;
  #wallMillis = 0;

  constructor(configuration: RackConfiguration, slot: number, options: TransporterOptions = {}) {
    this.#configuration = configuration;
    this.#slot = slot;
    this.#options = options;
    this.#circuits = new Circuits(configuration);
  }

  start(now: Micros): readonly ApplicationAction[] {
    this.#now = now;
    for (const gateway of this.#configuration.gateways) {
      if (gateway.callAgents[0].transporter === this.#slot) this.#linkTo(gateway.name);
    }
    return this.#take();
  }

  step(event: ApplicationEvent, now: Micros, wallMillis: number): readonly ApplicationAction[] {
    this.#now = now;
    this.#wallMillis = wallMillis;
    switch (event.kind) {
      case "commit":
        this.#perform(event.commit);
        break;
      case "datagram":
        this.#receive(event.socket, event.address, event.port, event.octets);
        break;
      case "deadline":
        for (const link of this.#links.values()) {
          const deadline = link.control.nextDeadline();
          if (deadline !== undefined && deadline <= now) this.#do(link, link.control.expire(now));
        }
        break;
      case "service":
        if (!event.available) break;
        for (const link of this.#links.values()) this.#do(link, link.control.service(event.group));
        break;
    }
    return this.#take();
  }

  nextDeadline(): Micros | undefined {
    let next: Micros | undefined;
    for (const { control } of this.#links.values()) {
      const deadline = control.nextDeadline();
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  status(): Readonly<Record<string, unknown>> {
    const gateways = [...this.#links].map(([name, { control }]) => [name, control.status()]);
    return { kind: "transporter", ...this.#counts, gateways: Object.fromEntries(gateways) };
  }

  /** The last datagrams, the oldest first. */
  trace(): readonly GatewayTraceEntry[] {
    return this.#trace.entries().map(({ octets, ...entry }) => ({ ...entry, text: textFromOctets(octets) }));
  }

  traceSince(from: number | undefined, most: number): TraceSince<TraceLine> {
    const { entries, ...place } = this.#trace.since(from, most);
    return { ...place, entries: entries.map((entry) => this.#traceLine(entry)) };
  }

  #traceLine({ timeMillis, direction, gateway, octets, circuits }: TracedDatagram): TraceLine {
    const lines = textFromOctets(octets).split(/\r?\n/);
    const [verb] = lines[0].split(" ", 1);
    const way = direction === "sent" ? `to ${gateway}` : `from ${gateway}`;
    const names = circuits.map((circuit) => this.#circuits.nameOf(circuit));
    return {
      atMillis: timeMillis,
      text: `${way} ${lines.filter((line) => line !== "").join(" | ")}`,
      words: [verb, gateway, ...names],
    };
  }

  /** The commands and answers about the call or about the endpoints of these circuits, by their first lines. */
  ladder({ call, circuits = [] }: LadderRequest): readonly LadderRung[] {
    const card = `transporter ${this.#slot}`;
    return this.#trace.entries().flatMap((entry) => {
      const { atMicros, direction, gateway, octets } = entry;
      const isOfCall = call !== undefined && entry.call === call;
      if (!isOfCall && !entry.circuits.some((circuit) => circuits.includes(circuit))) return [];
      const [text] = textFromOctets(octets).split(/ MGCP 1\.0|\r?\n/, 1);
      const [from, to] = direction === "sent" ? [card, gateway] : [gateway, card];
      return [{ atMicros, from, to, text }];
    });
  }

  // Instructions

  #perform(commit: DeliveredCommit): void {
    this.#counts.commits++;
    if (commit.consumed.kind === "input" && commit.consumed.slot === this.#slot) this.#secure(commit);
    if (commit.body.length === 0) return;
    const reader = new OctetReader(commit.body);
    const all = outputs.read(reader, "outputs");
    assert(reader.error === undefined, `the outputs of commit ${commit.sequence} cannot be read`);
    const { group, term, sequence } = commit;
    for (const [index, output] of all.entries()) {
      if (output.slot !== this.#slot) continue;
      assert(output.kind === "instruct", `commit ${sequence} asks a transporter to ${output.kind}`);
      this.#counts.instructions++;
      this.#instruct(output.instruction, { group, term, sequence, index });
    }
  }

  /** What this card told is the group's: it cannot get lost with the card any more. */
  #secure({ group, input: payload }: DeliveredCommit): void {
    const told = decode(input, payload);
    if (!told.ok) return;
    for (const link of this.#links.values()) this.#do(link, link.control.consumed(group, told.value, this.#now));
  }

  #instruct(instruction: Instruction, place: InstructionPlace): void {
    switch (instruction.kind) {
      case "clear":
        this.#clear(instruction.circuit, instruction.count, place);
        return;
      case "again": {
        const { term, sequence, index, instruction: again } = instruction;
        this.#instruct(again, { group: place.group, term, sequence, index });
        return;
      }
      case "control": {
        const link = this.#linkTo(this.#configuration.gateways[instruction.gateway].name);
        this.#do(link, link.control.takeControl(this.#now));
        return;
      }
      case "create":
      case "modify":
      case "delete": {
        const { call, circuit, otherCircuit, kind } = instruction;
        const { gateway } = this.#circuits.group(circuit);
        if (this.#circuits.group(otherCircuit).gateway !== gateway) {
          this.#counts.instructionsAcrossGateways++;
          const cause = causeOf(responseCodes.noResources.code);
          this.#input(place.group, encode(input, { kind: "refused", call, verb: verbTags[kind], cause, code: 0 }));
          return;
        }
        const link = this.#linkTo(gateway);
        this.#do(link, link.control.instruct(instruction, place, this.#now));
        return;
      }
      default:
        assert(false, `a transporter does not perform ${instruction.kind}`);
    }
  }

  /** A range of circuits, trunk group by trunk group: each may have a gateway of its own. */
  #clear(first: number, count: number, place: InstructionPlace): void {
    for (let circuit = first; circuit < first + count; ) {
      const range = this.#circuits.rangeOf(this.#circuits.trunkGroupOf(circuit));
      const part = Math.min(range.first + range.count, first + count) - circuit;
      const link = this.#linkTo(this.#circuits.group(circuit).gateway);
      this.#do(link, link.control.instruct({ kind: "clear", circuit, count: part }, place, this.#now));
      circuit += part;
    }
  }

  // Datagrams

  #receive(socket: string, address: string, port: number, octets: Uint8Array): void {
    const link = this.#linksBySource.get(sourceOf(socket, address, port));
    if (link === undefined) {
      this.#counts.foreignDatagrams++;
      return;
    }
    this.#do(link, link.control.receive(octets, this.#now));
  }

  /** The link to a gateway, made when this card first has to do with it: its own at the start, others' when told to. */
  #linkTo(name: string): Link {
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const number = this.#configuration.gateways.findIndex((gateway) => gateway.name === name);
    const gateway = this.#configuration.gateways[number];
    assert(gateway !== undefined, `no gateway is called ${name}`);
    const callAgent = gateway.callAgents.find(({ transporter }) => transporter === this.#slot);
    assert(callAgent !== undefined, `gateway ${name} is not controlled from slot ${this.#slot}`);
    const { address, port } = callAgent;
    const socket = `mgcp ${address} ${port}`;
    if (!this.#sockets.has(socket)) this.#actions.push({ kind: "datagram-bind", socket, address, port });
    this.#sockets.add(socket);
    const control = new GatewayControl(gateway, number, this.#slot, this.#circuits, this.#now, this.#options.timers);
    const link = { gateway, socket, control };
    this.#links.set(name, link);
    this.#linksBySource.set(sourceOf(socket, gateway.address, gateway.port), link);
    return link;
  }

  #do(link: Link, actions: readonly ControlAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case "send": {
          const { socket, gateway } = link;
          const { address, port } = gateway;
          this.#record(link, "sent", action);
          this.#actions.push({ kind: "datagram-send", socket, octets: action.octets, address, port });
          break;
        }
        case "heard":
          this.#record(link, "received", action);
          break;
        case "tell":
          this.#input(action.group, encode(input, action.input));
          break;
        case "log":
          this.#actions.push(action);
          break;
      }
    }
  }

  #record(
    { gateway }: Link,
    direction: "sent" | "received",
    { octets, regarding }: Extract<ControlAction, { kind: "send" | "heard" }>,
  ): void {
    const { circuits, call } = regarding;
    const [timeMillis, atMicros] = [this.#wallMillis, this.#now];
    // What came lies in a buffer that its owner may use again.
    const kept = direction === "received" ? octets.slice() : octets;
    this.#trace.add({ timeMillis, atMicros, direction, gateway: gateway.name, circuits, call, octets: kept });
  }

  #input(group: number, payload: Uint8Array): void {
    this.#actions.push({ kind: "input", group, payload });
  }

  #take(): readonly ApplicationAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}

function sourceOf(socket: string, address: string, port: number): string {
  return `${socket} ${address} ${port}`;
}
