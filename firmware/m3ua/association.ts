/**
 * One M3UA association, sans-I/O (RFC 4666 4.3 to 4.6).
 *
 * It has two halves, each a table: `local-asp.ts` brings our own ASP up at the peer, `peer-asp.ts` answers a peer that brings
 * itself up here. An asp has the first half, an sgp the second; IPSPs in single exchange have one each, in double exchange both.
 */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import { assert } from "../result.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { type Admission, admitContext, admitMessage, admitScope, type Judge, refusalOfPeer } from "./admission.ts";
import { ApplicationServer, type ApplicationServerAction } from "./application-server.ts";
import {
  type Arrival,
  contextOf,
  localAspEvents,
  localAspMessage,
  ownContext,
  peerAspEvents,
  peerAspMessage,
} from "./asp-messages.ts";
import { type AspState, isBelow, lowerOf } from "./asp-state.ts";
import type { AssociationAction, AssociationEvent, AssociationOptions } from "./association-contract.ts";
import { decode, encode } from "./codec.ts";
import { decodeData, encodeData, isData } from "./data-message.ts";
import { type DestinationStatus, Destinations, type Scope } from "./destinations.ts";
import { errorCodeFor, errorCodeName, type ErrorCodeName } from "./error-codes.ts";
import { type ErrorSubject, errorReport } from "./error-report.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type LocalAspEvent, localAspRows, localAspStates } from "./local-asp.ts";
import { MessageFraming } from "./message-framing.ts";
import { type Message, type MessageOf, messages, type StatusName, statuses, unavailabilityCauses } from "./messages.ts";
import { writeU32 } from "./parameter-formats.ts";
import { type PeerAspEvent, peerAspRows } from "./peer-asp.ts";
import { Procedure } from "./procedure-table.ts";
import { timers } from "./timers.ts";

/** Nothing arrived: what is done is done for another reason. */
const noArrival: Arrival = { octets: new Uint8Array(0) };
/** The number of the only ASP that an association's own application server has. */
const onlyAsp = 0;

export class Association {
  readonly #options: AssociationOptions;
  readonly #local = new Procedure(localAspRows, "closed");
  readonly #peer = new Procedure(peerAspRows, "closed");
  readonly #hasLocalHalf: boolean;
  readonly #hasPeerHalf: boolean;
  readonly #applicationServer: ApplicationServer | undefined;
  readonly #destinations: Destinations;
  readonly #framing = new MessageFraming();
  readonly #heartbeat: Heartbeat;
  readonly #ackMicros: Micros;
  readonly #scope: Scope;
  #connected = false;
  #streams = 1;
  #target: AspState = "active";
  #state: AspState = "down";
  #ackDeadline: Micros | undefined;
  #repetitions = 0;
  #beats = 0;
  // Valid during a step.
  #now: Micros = 0;
  #actions: AssociationAction[] = [];
  #arrival: Arrival = noArrival;

  constructor(options: AssociationOptions) {
    const { role, exchange = "single", networkAppearance } = options;
    const ipsp = role === "ipsp-client" || role === "ipsp-server";
    assert(exchange === "single" || ipsp, "double exchange is for IPSPs");
    this.#options = options;
    this.#hasLocalHalf = role === "asp" || role === "ipsp-client" || exchange === "double";
    this.#hasPeerHalf = role === "sgp" || role === "ipsp-server" || exchange === "double";
    if (role === "sgp" && !options.sharedApplicationServer) {
      this.#applicationServer = new ApplicationServer(options.trafficMode, options.recoveryMillis);
    }
    this.#destinations = new Destinations(options.ownPointCodes ?? []);
    this.#heartbeat = new Heartbeat(options.heartbeatMillis ?? 0);
    this.#ackMicros = (options.ackMillis ?? timers.Tack.defaultMillis) * microsPerMilli;
    this.#scope = { networkAppearance, routingContext: ownContext(options) };
  }

  /** The state that was last reported. */
  get state(): AspState {
    return this.#state;
  }

  /** What to do about an event, in this order. */
  step(event: AssociationEvent, now: Micros): AssociationAction[] {
    const actions: AssociationAction[] = [];
    this.#actions = actions;
    this.#now = now;
    this.#handle(event);
    this.#arrival = noArrival;
    return actions;
  }

  /** When `step` must be called with `deadline`. */
  nextDeadline(): Micros | undefined {
    const deadlines = [this.#ackDeadline, this.#heartbeat.nextDeadline(), this.#applicationServer?.nextDeadline()];
    const running = deadlines.filter((deadline) => deadline !== undefined);
    return running.length > 0 ? Math.min(...running) : undefined;
  }

  #handle(event: AssociationEvent): void {
    switch (event.kind) {
      case "transfer":
        this.#transfer(event.protocolData, event.correlationId);
        break;
      case "octets":
        this.#read(event.octets);
        break;
      case "message":
        if (this.#connected) this.#receive(event.octets, event.stream);
        break;
      case "deadline":
        this.#expire();
        break;
      case "connected":
        this.#connect(event.streams ?? 1);
        break;
      case "disconnected":
        this.#disconnect();
        break;
      case "target":
        this.#aim(event.state);
        break;
      case "destination":
        this.#destinationChanged(event.pointCode, event);
        break;
      case "audit":
        this.#sendIfActive({ name: "DAUD", ...this.#scope, affectedPointCode: event.pointCodes });
        break;
      case "user-part-unavailable":
        this.#sendIfActive({
          name: "DUPU",
          ...this.#scope,
          affectedPointCode: [{ mask: 0, pointCode: event.pointCode }],
          userCause: { cause: unavailabilityCauses[event.cause], user: event.user },
        });
        break;
      case "notify":
        this.#notify(event.status, event.aspIdentifier);
        break;
      case "overridden":
        this.#applyPeer("overridden");
        break;
    }
  }

  // The transport

  #connect(streams: number): void {
    if (this.#connected) this.#disconnect();
    this.#connected = true;
    this.#streams = streams;
    this.#framing.reset();
    this.#heartbeat.start(this.#now);
    this.#applyPeer("connected");
    this.#applyLocal("connected");
  }

  #disconnect(): void {
    this.#connected = false;
    this.#heartbeat.stop();
    this.#applyLocal("disconnected");
    this.#applyPeer("disconnected");
  }

  #close(reason: string): void {
    this.#disconnect();
    this.#actions.push({ kind: "close", reason });
  }

  #read(octets: Uint8Array): void {
    if (!this.#connected) return;
    const framed = this.#framing.push(octets);
    for (const message of framed.messages) this.#receive(message, undefined);
    if (framed.error) this.#close("a message length that cannot be: the stream is out of step");
  }

  #expire(): void {
    if (this.#ackDeadline !== undefined && this.#now >= this.#ackDeadline) {
      this.#repetitions += 1;
      if (this.#repetitions === 1) this.#alarm(`T(ack) expired in ${this.#local.state}: no acknowledgement`);
      this.#applyLocal("Tack");
    }
    const beat = this.#heartbeat.expire(this.#now);
    if (beat === "beat") this.#sendBeat();
    if (beat === "lost") this.#close("nothing heard for 2 T(beat)");
    this.#applicationServerActions(this.#applicationServer?.expire(this.#now));
  }

  #sendBeat(): void {
    const heartbeatData = new Uint8Array(4);
    this.#beats += 1;
    writeU32(heartbeatData, 0, this.#beats);
    this.#send({ name: "BEAT", heartbeatData });
  }

  // The two halves

  /** False: there is no row for the event. */
  #applyLocal(event: LocalAspEvent): boolean {
    if (!this.#hasLocalHalf) return false;
    const before = this.#local.state;
    const actions = this.#local.apply(event);
    if (!actions) return false;
    const state = this.#local.state;
    if (state !== before) this.#repetitions = 0;
    if (!localAspStates[state].awaitsAck) this.#ackDeadline = undefined;
    else if (state !== before || event === "Tack") this.#ackDeadline = this.#now + this.#ackMicros;
    for (const action of actions) this.#send(localAspMessage(action, this.#options, this.#arrival));
    this.#report();
    this.#pursueTarget();
    return true;
  }

  /** False: there is no row for the event. */
  #applyPeer(event: PeerAspEvent): boolean {
    if (!this.#hasPeerHalf) return false;
    const before = this.#peerState();
    const actions = this.#peer.apply(event);
    if (!actions) return false;
    for (const action of actions) this.#send(peerAspMessage(action, this.#options, this.#arrival));
    this.#report();
    const state = this.#peerState();
    if (state === before) return true;
    if (state === "active") for (const told of this.#destinations.restrictions(this.#scope)) this.#send(told);
    this.#applicationServerActions(this.#applicationServer?.aspState(onlyAsp, state, this.#now));
    return true;
  }

  #aim(target: AspState): void {
    this.#target = target;
    // The owner asks: an ASP that was overridden takes the traffic back.
    if (target === "active" && this.#local.state === "standby") this.#applyLocal("raise");
    this.#pursueTarget();
    if (target === "down") this.#applyPeer("bar-up");
    if (target === "inactive") this.#applyPeer("bar-active");
  }

  /** Goes one step towards the target, unless what is waited for leads there. */
  #pursueTarget(): void {
    if (!this.#connected) return;
    const { goal, awaitsAck } = localAspStates[this.#local.state];
    if (isBelow(this.#target, goal)) this.#applyLocal("lower");
    else if (isBelow(goal, this.#target) && !awaitsAck && this.#local.state !== "standby") this.#applyLocal("raise");
  }

  #applicationServerActions(actions: readonly ApplicationServerAction[] = []): void {
    for (const action of actions) if (action.kind === "notify") this.#notify(action.status);
  }

  #localState(): AspState {
    return localAspStates[this.#local.state].aspState;
  }

  #peerState(): AspState {
    return this.#peer.state === "closed" ? "down" : this.#peer.state;
  }

  /** Our own state where we have one: it says whether DATA may come. */
  #receivingState(): AspState {
    return this.#hasLocalHalf ? this.#localState() : this.#peerState();
  }

  /** The peer's state where it has one: it says whether DATA may go. */
  #sendingState(): AspState {
    return this.#hasPeerHalf ? this.#peerState() : this.#localState();
  }

  #report(): void {
    const state = lowerOf(this.#receivingState(), this.#sendingState());
    if (state === this.#state) return;
    this.#state = state;
    this.#actions.push({ kind: "state", state });
  }

  // What arrives

  /** `stream` is undefined where the transport has none. */
  #receive(octets: Uint8Array, stream: number | undefined): void {
    this.#heartbeat.heard(this.#now);
    this.#arrival = { octets };
    if (isData(octets)) {
      this.#receiveData(octets, stream);
      return;
    }
    const decoded = decode(octets);
    if (!decoded.ok) {
      // ERR is never answered with ERR (3.8.1).
      const isErr = octets[2] === messages.ERR.messageClass && octets[3] === messages.ERR.messageType;
      if (!isErr) this.#refuse(errorCodeFor(decoded.error));
      return;
    }
    const message = decoded.value;
    this.#arrival = { octets, message };
    if (this.#admit(admitMessage(message, stream, this.#judge(this.#state)))) this.#dispatch(message);
  }

  #receiveData(octets: Uint8Array, stream: number | undefined): void {
    const decoded = decodeData(octets);
    if (!decoded.ok) {
      this.#refuse(errorCodeFor(decoded.error));
      return;
    }
    const { protocolData, routingContext, networkAppearance, correlationId } = decoded.value;
    const state = this.#receivingState();
    if (state !== "active" || stream === 0) {
      const named = routingContext === undefined ? undefined : [routingContext];
      if (!this.#admit(admitContext("DATA", named, stream, this.#judge(state)))) return;
    }
    const ours = this.#options;
    if (routingContext !== ours.routingContext || networkAppearance !== ours.networkAppearance) {
      const named = routingContext === undefined ? undefined : [routingContext];
      if (!this.#admit(admitScope(named, networkAppearance, ours))) return;
    }
    this.#actions.push({ kind: "received", protocolData, routingContext, networkAppearance, correlationId });
  }

  #judge(state: AspState): Judge {
    return {
      options: this.#options,
      hasLocalHalf: this.#hasLocalHalf,
      hasPeerHalf: this.#hasPeerHalf,
      state,
      streams: this.#streams,
    };
  }

  #admit({ proceed, error, subject }: Admission): boolean {
    if (error) this.#refuse(error, subject);
    return proceed;
  }

  #dispatch(message: Message): void {
    const localEvent = localAspEvents[message.name];
    const peerEvent = peerAspEvents[message.name];
    if (localEvent || peerEvent) {
      const refusal = refusalOfPeer(message, this.#options, this.#target);
      const routingContext = contextOf(message);
      if (refusal) this.#refuse(refusal, { routingContext });
      else if (!(localEvent ? this.#applyLocal(localEvent) : peerEvent && this.#applyPeer(peerEvent))) {
        this.#refuse("unexpected-message", { routingContext });
      }
      return;
    }
    switch (message.name) {
      case "BEAT":
        this.#send({ ...message, name: "BEAT-ACK" });
        break;
      case "ERR":
        this.#alarm(`the peer reports: ${errorCodeName(message.errorCode) ?? message.errorCode}`);
        break;
      case "NTFY":
        this.#notified(message);
        break;
      case "DUNA":
        this.#destinationReported(message, { status: "unavailable" });
        break;
      case "DAVA":
        this.#destinationReported(message, { status: "available" });
        break;
      case "DRST":
        this.#destinationReported(message, { status: "restricted" });
        break;
      case "SCON":
        this.#destinationReported(message, { status: "congested", level: message.congestionIndications ?? 1 });
        break;
      case "DUPU":
        this.#actions.push({
          kind: "user-part-unavailable",
          pointCodes: message.affectedPointCode,
          ...message.userCause,
        });
        break;
      case "DAUD":
        this.#audited(message);
        break;
    }
  }

  #notified({ status: { type, information }, aspIdentifier }: MessageOf<"NTFY">): void {
    const names = Object.keys(statuses) as StatusName[];
    const status = names.find((name) => statuses[name].type === type && statuses[name].information === information);
    this.#actions.push({ kind: "notified", status, aspIdentifier });
    if (status === "alternate-asp-active") this.#applyLocal("alternate-active");
    if (status === "as-pending" && this.#target === "active") this.#applyLocal("as-pending");
  }

  #destinationReported(message: MessageOf<"DUNA" | "DAVA" | "DRST" | "SCON">, status: DestinationStatus): void {
    const concernedDestination = "concernedDestination" in message ? message.concernedDestination : undefined;
    this.#actions.push({ kind: "destination", pointCodes: message.affectedPointCode, concernedDestination, ...status });
  }

  #audited({ affectedPointCode }: MessageOf<"DAUD">): void {
    const { answers, unknown } = this.#destinations.audit(affectedPointCode, this.#scope);
    for (const answer of answers) this.#send(answer);
    if (unknown.length > 0) {
      this.#refuse("destination-status-unknown", { ...this.#scope, affectedPointCode: unknown });
    }
    this.#actions.push({ kind: "audited", pointCodes: affectedPointCode });
  }

  // What is sent

  #transfer(protocolData: MessageSignalUnit, correlationId: number | undefined): void {
    if (this.#sendingState() !== "active") {
      this.#actions.push({ kind: "refused", protocolData });
      return;
    }
    const { networkAppearance, routingContext } = this.#options;
    // Stream 0 carries no DATA, and one SLS stays on one stream, in sequence (1.4.7).
    const stream = this.#streams > 1 ? 1 + (protocolData.sls % (this.#streams - 1)) : 0;
    const octets = encodeData({ protocolData, networkAppearance, routingContext, correlationId });
    this.#actions.push({ kind: "send", octets, stream });
  }

  #destinationChanged(pointCode: number, to: DestinationStatus): void {
    const status: DestinationStatus =
      to.status === "congested" ? { status: "congested", level: to.level } : { status: to.status };
    const told = this.#destinations.change(pointCode, status, this.#scope);
    // An ASP says only that it is congested (3.4.4).
    if (told && (this.#options.role !== "asp" || told.name === "SCON")) this.#sendIfActive(told);
  }

  #notify(status: StatusName, aspIdentifier?: number): void {
    if (this.#peerState() === "down") return;
    this.#send({
      name: "NTFY",
      status: statuses[status],
      aspIdentifier,
      routingContext: ownContext(this.#options),
    });
  }

  #refuse(code: ErrorCodeName, subject?: ErrorSubject): void {
    this.#send(errorReport(code, this.#arrival.octets, subject));
  }

  #sendIfActive(message: Message): void {
    if (this.#state === "active") this.#send(message);
  }

  #send(message: Message): void {
    this.#actions.push({ kind: "send", octets: encode(message), stream: 0 });
    if (message.name === "ERR") this.#alarm(`a message is refused: ${errorCodeName(message.errorCode)}`);
  }

  #alarm(text: string): void {
    this.#actions.push({ kind: "alarm", text });
  }
}
