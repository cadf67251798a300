/**
 * The link interface module: terminates the signalling associations, hands ISUP messages for this node to the call servers
 * as inputs, and sends what their commits tell it to (duty 22a).
 */
import type { InputCongestionLevel } from "../backplane/input-congestion.ts";
import { lowBits } from "../backplane/sequence-number.ts";
import type {
  Application,
  ApplicationAction,
  ApplicationEvent,
  DeliveredCommit,
  LadderRequest,
  LadderRung,
} from "../card/application.ts";
import { Circuits } from "../configuration/circuits.ts";
import type { RackConfiguration } from "../configuration/rack-schema.ts";
import { input } from "../interchange/input.ts";
import { type Instruction, type Output, outputs } from "../interchange/output.ts";
import { unequippedCircuits } from "../interchange/recent-messages.ts";
import { messageTypeOf } from "../isup/codec.ts";
import { toHex } from "../isup/format-codec.ts";
import { decode, encode } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import type { AssociationAction, AssociationEvent } from "../m3ua/association-contract.ts";
import { cicOctets, decodeCic, encodeCic } from "../mtp3/circuit-identification-code.ts";
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import { networkIndicators } from "../mtp3/service-information.ts";
import { serviceIndicator } from "../mtp3/user-parts.ts";
import { assert } from "../result.ts";
import type { Micros } from "../time.ts";
import { AdjacentExchange } from "./adjacent-exchange.ts";
import { AlarmLimit } from "./alarm-limit.ts";
import { type BroadcastMessage, identifierBits } from "./broadcast-traffic.ts";
import { dispose } from "./discrimination.ts";
import { answerLinkTest } from "./link-test.ts";
import { Trace, type TraceLine, type TraceSince } from "../card/trace.ts";

/** One ISUP message to or from an exchange. */
export interface SignallingTraceEntry {
  /** UTC. */
  readonly timeMillis: number;
  /** The card's own clock. */
  readonly atMicros: Micros;
  readonly direction: "sent" | "received";
  /** Name of the exchange. */
  readonly exchange: string;
  readonly cic: number;
  /** Undefined: no trunk group has the CIC. */
  readonly circuit: number | undefined;
  /** The acronym of Q.762, or the code in hexadecimal where there is none. */
  readonly type: string;
  /** From the message type octet on. */
  readonly message: Uint8Array;
}

/** Where a message goes: the exchange's number in the configuration and the CIC. */
interface Address {
  readonly exchange: number;
  readonly cic: number;
  readonly circuit: number | undefined;
}

const isup = serviceIndicator("ISUP");
/** ISUP takes the SLS from the CIC, so that the messages of a circuit keep their order (Q.763 1.2). */
const slsMask = 0x0f;

export class LinkInterfaceModule implements Application {
  readonly #configuration: RackConfiguration;
  readonly #slot: number;
  readonly #circuits: Circuits;
  /** The exchanges that have an association with this card, by number. */
  readonly #exchanges = new Map<number, AdjacentExchange>();
  readonly #exchangesByStream = new Map<string, AdjacentExchange>();
  readonly #hasBroadcast: boolean;
  readonly #trace = new Trace<SignallingTraceEntry>();
  readonly #alarmLimit = new AlarmLimit();
  readonly #received = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  /** By the counter of discrimination.ts. */
  readonly #disposed = new Map<string, number>();
  /** Messages of commits that could not be sent, by reason. */
  readonly #unsent = new Map<string, number>();
  /** Exchanges whose associations have been opened. */
  readonly #open = new Set<AdjacentExchange>();
  /** By group. */
  readonly #congestion = new Map<number, InputCongestionLevel>();
  #actions: ApplicationAction[] = [];
  #now: Micros = 0;
  #wallMillis = 0;

  constructor(configuration: RackConfiguration, slot: number) {
    this.#configuration = configuration;
    this.#slot = slot;
    this.#circuits = new Circuits(configuration);
    for (const [number, exchange] of configuration.exchanges.entries()) {
      const configured = exchange.associations.find(({ lim }) => lim === slot);
      if (configured === undefined) continue;
      const adjacent = new AdjacentExchange(configuration, number, configured);
      this.#exchanges.set(number, adjacent);
      this.#exchangesByStream.set(adjacent.stream, adjacent);
    }
    this.#hasBroadcast = [...this.#exchanges.values()].some(({ broadcast }) => broadcast !== undefined);
  }

  /** Nothing yet: a card that takes no part in the rack must not be given traffic, which would only wait in it. */
  start(): readonly ApplicationAction[] {
    return [];
  }

  /** Of an exchange that has no circuits in any group, with the first. */
  #openFor(group: number): void {
    for (const adjacent of this.#exchanges.values()) {
      const { configured, stream, groups } = adjacent;
      if (this.#open.has(adjacent) || (groups.length > 0 && !groups.includes(group))) continue;
      this.#open.add(adjacent);
      const { role, address, port } = configured;
      const kind = role === "ipsp-server" ? "stream-listen" : "stream-connect";
      this.#actions.push({ kind, stream, address, port });
    }
  }

  step(event: ApplicationEvent, now: Micros, wallMillis: number): readonly ApplicationAction[] {
    this.#now = now;
    this.#wallMillis = wallMillis;
    switch (event.kind) {
      case "stream-octets":
        this.#stream(event.stream, { kind: "octets", octets: event.octets });
        break;
      case "stream-opened":
        this.#stream(event.stream, { kind: "connected" });
        if (this.#levelOf(event.stream) === 2) {
          this.#actions.push({ kind: "stream-read", stream: event.stream, on: false });
        }
        break;
      case "stream-closed":
        this.#stream(event.stream, { kind: "disconnected" });
        break;
      case "deadline":
        for (const adjacent of this.#exchanges.values()) {
          const deadline = adjacent.nextDeadline();
          if (deadline === undefined || deadline > now) continue;
          this.#associate(adjacent, { kind: "deadline" });
          this.#say(adjacent.broadcast?.expire(now));
        }
        break;
      case "commit":
        this.#noteConsumed(event.commit);
        this.#perform(event.commit);
        break;
      case "card":
        for (const { broadcast } of this.#exchanges.values()) this.#say(broadcast?.card(event.slot, event.alive, now));
        break;
      case "congestion":
        this.#congested(event.group, event.level);
        break;
      case "service":
        if (!event.available) break;
        this.#openFor(event.group);
        for (const adjacent of this.#exchanges.values()) {
          if (adjacent.groups.includes(event.group)) this.#tellDestination(adjacent, event.group);
        }
        break;
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  nextDeadline(): Micros | undefined {
    let next: Micros | undefined;
    for (const adjacent of this.#exchanges.values()) {
      const deadline = adjacent.nextDeadline();
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  status(): Readonly<Record<string, unknown>> {
    const exchanges = [...this.#exchanges.values()].map((adjacent) => [
      adjacent.exchange.name,
      { association: adjacent.state, available: adjacent.available },
    ]);
    return {
      kind: "lim",
      exchanges: Object.fromEntries(exchanges),
      received: Object.fromEntries(this.#received),
      sent: Object.fromEntries(this.#sent),
      disposed: Object.fromEntries(this.#disposed),
      unsent: Object.fromEntries(this.#unsent),
      alarmsSuppressed: this.#alarmLimit.suppressed,
    };
  }

  /** The last ISUP messages, the oldest first. */
  trace(): readonly SignallingTraceEntry[] {
    return this.#trace.entries();
  }

  traceSince(from: number | undefined, most: number): TraceSince<TraceLine> {
    const { entries, ...place } = this.#trace.since(from, most);
    return { ...place, entries: entries.map((entry) => this.#traceLine(entry)) };
  }

  #traceLine({ timeMillis, direction, exchange, cic, circuit, type, message }: SignallingTraceEntry): TraceLine {
    const name = circuit === undefined ? `cic ${cic}` : this.#circuits.nameOf(circuit);
    const way = direction === "sent" ? `to ${exchange}` : `from ${exchange}`;
    return { atMillis: timeMillis, text: `${way} ${name} ${type} ${toHex(message)}`, words: [type, exchange, name] };
  }

  /** The messages on these circuits; a LIM knows nothing of calls. */
  ladder({ circuits = [] }: LadderRequest): readonly LadderRung[] {
    const card = `LIM ${this.#slot}`;
    return this.trace().flatMap(({ atMicros, direction, exchange, circuit, type }) => {
      if (circuit === undefined || !circuits.includes(circuit)) return [];
      const text = `${type} ${this.#circuits.nameOf(circuit)}`;
      const [from, to] = direction === "sent" ? [card, exchange] : [exchange, card];
      return [{ atMicros, from, to, text }];
    });
  }

  // What comes from the exchanges

  #stream(stream: string, event: AssociationEvent): void {
    const adjacent = this.#exchangesByStream.get(stream);
    assert(adjacent !== undefined, `no exchange has the stream ${stream}`);
    this.#associate(adjacent, event);
  }

  #associate(adjacent: AdjacentExchange, event: AssociationEvent): void {
    const { stream } = adjacent;
    const { name } = adjacent.exchange;
    for (const action of adjacent.step(event, this.#now)) {
      switch (action.kind) {
        case "send":
          this.#actions.push({ kind: "stream-send", stream, octets: action.octets });
          break;
        case "close":
          this.#alarm(`association with ${name} closed: ${action.reason}`);
          this.#actions.push({ kind: "stream-close", stream });
          break;
        case "state":
          this.#stateChanged(adjacent);
          break;
        case "received":
          this.#receive(adjacent, action.protocolData, action.correlationId);
          break;
        case "refused":
          count(this.#unsent, "association-not-active");
          break;
        case "destination":
          this.#reported(adjacent, action);
          break;
        case "user-part-unavailable":
          count(this.#disposed, "user-part-unavailable-there");
          this.#alarm(`${name}: user part ${action.user} is not available there, cause ${action.cause}`);
          break;
        case "alarm":
          this.#alarm(`association with ${name}: ${action.text}`);
          break;
      }
    }
  }

  #stateChanged(adjacent: AdjacentExchange): void {
    const { state, exchange } = adjacent;
    this.#actions.push({
      kind: "log",
      severity: state === "active" ? "info" : "warning",
      text: `association with ${exchange.name} is ${state}`,
    });
    if (!adjacent.stateChanged()) return;
    for (const group of adjacent.groups) this.#tellDestination(adjacent, group);
  }

  /** A group is behind: exchanges that have no other are told (RFC 4666 3.4.4), and when that does not help held back by their transport. */
  #congested(group: number, level: InputCongestionLevel): void {
    const concerned = [...this.#exchanges.values()].filter(({ groups }) => groups.includes(group));
    const before = concerned.map(({ stream }) => this.#levelOf(stream));
    this.#congestion.set(group, level);
    concerned.forEach((adjacent, place) => {
      if (this.#levelOf(adjacent.stream) !== before[place]) this.#holdBack(adjacent);
    });
  }

  /** As far as the group that is the least behind is: an exchange is not held back because of some of its circuits only. */
  #levelOf(stream: string): number {
    const groups = this.#exchangesByStream.get(stream)?.groups ?? [];
    return groups.length === 0 ? 0 : Math.min(...groups.map((group) => this.#congestion.get(group) ?? 0));
  }

  #holdBack(adjacent: AdjacentExchange): void {
    const level = this.#levelOf(adjacent.stream);
    const { pointCode } = this.#configuration;
    const status = level === 0 ? ({ status: "available" } as const) : ({ status: "congested", level: 1 } as const);
    this.#associate(adjacent, { kind: "destination", pointCode, ...status });
    this.#actions.push({ kind: "stream-read", stream: adjacent.stream, on: level < 2 });
  }

  #reported(adjacent: AdjacentExchange, report: Extract<AssociationAction, { kind: "destination" }>): void {
    count(this.#disposed, `destination-${report.status}`);
    if (!adjacent.report(report)) return;
    for (const group of adjacent.groups) this.#tellDestination(adjacent, group);
  }

  #receive(adjacent: AdjacentExchange, unit: MessageSignalUnit, correlationId: number | undefined): void {
    const { pointCode, networkIndicator } = this.#configuration;
    const { number: exchange, groups } = adjacent;
    const cic = unit.userData.length > cicOctets ? decodeCic(unit.userData) : undefined;
    const code = cic?.ok ? cic.value : undefined;
    const circuit = code === undefined ? undefined : this.#circuits.find(exchange, code);
    const { disposal, counter } = dispose({
      unit,
      ownPointCode: pointCode,
      networkIndicator: networkIndicators[networkIndicator],
      adjacentPointCode: adjacent.exchange.pointCode,
      cic: code,
      circuit,
      hasTrunkGroup: groups.length > 0,
    });
    count(this.#disposed, counter);
    if (disposal === "answer-test") {
      this.#associate(adjacent, { kind: "transfer", protocolData: answerLinkTest(unit) });
      return;
    }
    if (disposal === "discard" || code === undefined) return;
    const message = unit.userData.subarray(cicOctets);
    const group = circuit === undefined ? groups[0] : this.#circuits.group(circuit).group;
    // What cannot be held back without holding back another group's messages is lost, as in an MTP network that is congested.
    if (this.#congestion.get(group) === 2 && this.#levelOf(adjacent.stream) < 2) {
      count(this.#disposed, "group-congested");
      return;
    }
    this.#record("received", { exchange, cic: code, circuit }, message);
    const { broadcast, correlation } = adjacent;
    const correlated = correlation.of(unit.sls, correlationId);
    const said = (identifier?: number): Uint8Array =>
      circuit === undefined
        ? encode(input, { kind: "unequipped", identifier, exchange, cic: code, message })
        : encode(input, { kind: "isup", identifier, circuit, message });
    if (broadcast === undefined) {
      this.#input(group, said());
    } else if (correlated === undefined) {
      // Copies cannot be told apart: one LIM says it, and when that goes it is lost.
      count(this.#disposed, "without-correlation-id");
      if (broadcast.isOwn(code)) this.#input(group, said());
    } else {
      const identifier = lowBits(correlated, identifierBits);
      const payload = said(identifier);
      const place = circuit ?? unequippedCircuits + code;
      if (broadcast.received({ identifier, circuit: place, cic: code, group, payload }, this.#now))
        this.#input(group, payload);
    }
  }

  /** What a LIM has said and a commit has consumed need not be kept any more; it shows, too, what that LIM serves. */
  #noteConsumed({ consumed, group, input: payload }: DeliveredCommit): void {
    if (!this.#hasBroadcast || consumed.kind !== "input" || payload.length === 0) return;
    const { slot } = consumed;
    const said = decode(input, payload);
    if (!said.ok) return;
    if (said.value.kind === "destination") {
      const { exchange, available } = said.value;
      this.#say(this.#exchanges.get(exchange)?.broadcast?.serves(slot, available !== 0, this.#now));
    } else if (said.value.kind === "isup" && said.value.identifier !== undefined) {
      const { circuit, identifier } = said.value;
      const adjacent = this.#exchanges.get(this.#circuits.exchangeOf(circuit));
      const message = { identifier, circuit, cic: this.#circuits.cicOf(circuit), group };
      this.#say(adjacent?.broadcast?.consumed(slot, message, this.#now));
    } else if (said.value.kind === "unequipped" && said.value.identifier !== undefined) {
      const { exchange, cic, identifier } = said.value;
      const message = { identifier, circuit: unequippedCircuits + cic, cic, group };
      this.#say(this.#exchanges.get(exchange)?.broadcast?.consumed(slot, message, this.#now));
    }
  }

  /** Copies of what another LIM was to say. */
  #say(copies: readonly BroadcastMessage[] = []): void {
    for (const { group, payload } of copies) this.#input(group, payload);
    if (copies.length > 0) count(this.#disposed, "said-for-another", copies.length);
  }

  #tellDestination({ number: exchange, available }: AdjacentExchange, group: number): void {
    this.#input(group, encode(input, { kind: "destination", exchange, available: available ? 1 : 0 }));
  }

  // What the call servers want sent

  #perform(commit: DeliveredCommit): void {
    if (commit.body.length === 0) return;
    const reader = new OctetReader(commit.body);
    const all = outputs.read(reader, "outputs");
    assert(reader.error === undefined, `the outputs of commit ${commit.sequence} cannot be read`);
    for (const output of all) if (output.slot === this.#slot) this.#output(output, commit);
  }

  #output(output: Output, commit: DeliveredCommit): void {
    switch (output.kind) {
      case "copy":
        this.#send(this.#addressOf(output.circuit), consumedMessage(commit));
        return;
      case "splice":
        this.#send(this.#addressOf(output.circuit), splice(consumedMessage(commit), output));
        return;
      case "message":
        this.#send(this.#addressOf(output.circuit), output.message);
        return;
      case "instruct":
        this.#instruct(output.instruction);
        return;
    }
  }

  #instruct(instruction: Instruction): void {
    switch (instruction.kind) {
      case "unequipped": {
        const { exchange, cic, message } = instruction;
        this.#send({ exchange, cic, circuit: undefined }, message);
        return;
      }
      case "auditDestination":
        this.#audit(instruction.exchange);
        return;
      default:
        assert(false, `a LIM does not perform ${instruction.kind}`);
    }
  }

  #audit(exchange: number): void {
    const adjacent = this.#exchanges.get(exchange);
    if (adjacent === undefined) {
      count(this.#unsent, "association-elsewhere");
      return;
    }
    if (adjacent.audit()) {
      const pointCodes = [{ mask: 0, pointCode: adjacent.exchange.pointCode }];
      this.#associate(adjacent, { kind: "audit", pointCodes });
      return;
    }
    for (const group of adjacent.groups) this.#tellDestination(adjacent, group);
  }

  #addressOf(circuit: number): Address {
    return { exchange: this.#circuits.exchangeOf(circuit), cic: this.#circuits.cicOf(circuit), circuit };
  }

  /** Sends an ISUP message. What cannot be sent is lost, as on a link that fails: ISUP's timers repeat it. */
  #send(address: Address, message: Uint8Array): void {
    assert(message.length > 0, "an ISUP message has a type");
    const { exchange, cic } = address;
    const adjacent = this.#exchanges.get(exchange);
    if (adjacent === undefined) {
      count(this.#unsent, "association-elsewhere");
      return;
    }
    const userData = new Uint8Array(cicOctets + message.length);
    encodeCic(cic, userData);
    userData.set(message, cicOctets);
    if (adjacent.state === "active") this.#record("sent", address, message);
    this.#associate(adjacent, {
      kind: "transfer",
      protocolData: {
        opc: this.#configuration.pointCode,
        dpc: adjacent.exchange.pointCode,
        sls: cic & slsMask,
        serviceIndicator: isup,
        networkIndicator: networkIndicators[this.#configuration.networkIndicator],
        messagePriority: 0,
        userData,
      },
    });
  }

  // Records

  #record(direction: "sent" | "received", { exchange, cic, circuit }: Address, message: Uint8Array): void {
    const type = messageTypeOf(message) ?? `0x${message[0].toString(16).padStart(2, "0")}`;
    count(direction === "sent" ? this.#sent : this.#received, type);
    this.#trace.add({
      timeMillis: this.#wallMillis,
      atMicros: this.#now,
      direction,
      exchange: this.#configuration.exchanges[exchange].name,
      cic,
      circuit,
      type,
      message: message.slice(),
    });
  }

  #alarm(text: string): void {
    if (this.#alarmLimit.allows(this.#now)) this.#actions.push({ kind: "log", severity: "warning", text });
  }

  #input(group: number, payload: Uint8Array): void {
    this.#actions.push({ kind: "input", group, payload });
  }
}

/** The ISUP message that the commit consumed. */
function consumedMessage(commit: DeliveredCommit): Uint8Array {
  const consumed = decode(input, commit.input);
  assert(consumed.ok && consumed.value.kind === "isup", `commit ${commit.sequence} refers to an ISUP message`);
  return consumed.value.message;
}

/** The consumed message with what lies between its first `head` and its last `tail` octets replaced. */
function splice(consumed: Uint8Array, { head, tail, middle }: Extract<Output, { kind: "splice" }>): Uint8Array {
  assert(head + tail <= consumed.length, `a splice keeps ${head} and ${tail} of ${consumed.length} octets`);
  const spliced = new Uint8Array(head + middle.length + tail);
  spliced.set(consumed.subarray(0, head));
  spliced.set(middle, head);
  spliced.set(consumed.subarray(consumed.length - tail), head + middle.length);
  return spliced;
}

function count(counts: Map<string, number>, what: string, by = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + by);
}
