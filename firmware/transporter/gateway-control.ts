/**
 * The call agent's side of one media gateway: carries out instructions in their order, tells what came of them, and watches
 * whether the gateway can be reached.
 *
 * Never are two commands outstanding for one endpoint: a later instruction for it waits. What may have been left in a
 * gateway that stopped answering is deleted when it answers again, before anything else is done to those endpoints.
 */
import type { Circuits } from "../configuration/circuits.ts";
import type { Gateway } from "../configuration/rack-schema.ts";
import { gatewayEvent, type Input } from "../interchange/input.ts";
import type { Instruction } from "../interchange/output.ts";
import { decodeDatagram, encodeDatagram, refusalOf } from "../mgcp/codec.ts";
import { formatEndpointName, matchesLocalName } from "../mgcp/endpoint-name.ts";
import { type Command, command, isResponseAcknowledgement, type Response, response } from "../mgcp/message.ts";
import { Requester, type RequesterAction } from "../mgcp/requester.ts";
import { Responder, type ResponderAction } from "../mgcp/responder.ts";
import { causeOf, responseCode, responseCodes } from "../mgcp/response-codes.ts";
import type { TransactionTimers } from "../mgcp/transaction-timers.ts";
import { assert } from "../result.ts";
import type { Micros } from "../time.ts";
import { ConnectionIdentifiers, unknownConnection } from "./connection-identifiers.ts";
import { EndpointQueues } from "./endpoint-queues.ts";
import { gatewayCommandRow } from "./gateway-commands.ts";
import { callIdOf, callJob, clearJobs, type GatewayJob, type Regarding } from "./gateway-job.ts";
import { GatewaySupervision } from "./gateway-state.ts";
import type { Progress, RunPlan } from "./instruction-run.ts";
import {
  type CallInstruction,
  circuitsFrom,
  type GatewayProfile,
  type GatewaySite,
} from "./profiles/gateway-profile.ts";
import { gatewayProfiles } from "./profiles/gateway-profiles.ts";
import { mediaOf } from "./session-media.ts";
import { type InstructionPlace, probeTransactionId } from "./transaction-identifier.ts";
import { UnsecuredOutcomes, verbTags } from "./unsecured-outcomes.ts";

export type ControlAction =
  | { readonly kind: "send"; readonly octets: Uint8Array; readonly regarding: Regarding }
  /** What came, for the trace. */
  | { readonly kind: "heard"; readonly octets: Uint8Array; readonly regarding: Regarding }
  | { readonly kind: "tell"; readonly group: number; readonly input: Input }
  | { readonly kind: "log"; readonly severity: "info" | "warning" | "alarm"; readonly text: string };

/** Commands under way in one gateway for one group of call servers; more wait, and none of them for another group's. */
export const commandsOutstandingMax = 32;
/** Instructions of one group waiting or under way; above that, calls are refused. */
export const instructionsPendingMax = 4096;
/** Instructions to be made up for when the gateway answers again. */
export const leftBehindMax = 65_536;
/** Instructions whose outcome no commit has consumed; more than may wait, so that none is taken for secured before it is. */
const unsecuredMax = 65_536;

/** A transaction gives up after about 6 s: a call in set-up waits for it. */
const callTimers: Partial<TransactionTimers> = { transmissionsMax: 5 };
const peer = "gateway";
const nothing: Regarding = { circuits: [], call: undefined };

/** A transaction under way. Without a job it is a probe. */
interface Outstanding {
  readonly job: GatewayJob | undefined;
  readonly sentAt: Micros;
}

/** What is to be done for one group. */
interface GroupWork {
  /** Jobs whose endpoints are free and that wait for room among the outstanding commands. */
  readonly ready: GatewayJob[];
  /** Jobs that are not done, and commands under way. */
  pending: number;
  outstanding: number;
}

export class GatewayControl {
  readonly #gateway: Gateway;
  /** The gateway's place in the configuration. */
  readonly #number: number;
  readonly #profile: GatewayProfile;
  readonly #site: GatewaySite;
  readonly #circuits: readonly number[];
  /** The call-server groups that have circuits in the gateway. */
  readonly #groups: readonly number[];
  readonly #connections = new ConnectionIdentifiers();
  readonly #requester: Requester;
  readonly #unsecured = new UnsecuredOutcomes<GatewayJob>(unsecuredMax);
  readonly #responder: Responder;
  readonly #supervision: GatewaySupervision;
  readonly #queues = new EndpointQueues<GatewayJob>();
  readonly #work = new Map<number, GroupWork>();
  /** By transaction identifier. */
  readonly #outstanding = new Map<number, Outstanding>();
  /** By call, or by circuit where there is no call. */
  readonly #leftBehind = new Map<string, GatewayJob>();
  /** Of this card. */
  readonly #slot: number;
  #probes = 0;
  #actions: ControlAction[] = [];
  readonly #sent = new Map<string, number>();
  readonly #received = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #counts = { retransmissions: 0, malformed: 0, strayAnswers: 0, leftBehindDropped: 0 };

  constructor(
    gateway: Gateway,
    number: number,
    slot: number,
    circuits: Circuits,
    now: Micros,
    timers: Partial<TransactionTimers> = callTimers,
  ) {
    this.#gateway = gateway;
    this.#slot = slot;
    this.#number = number;
    this.#profile = gatewayProfiles[gateway.profile];
    this.#site = { gateway, circuits, connectionName: (connection) => this.#connections.name(connection) };
    const { trunkGroups } = circuits.configuration;
    this.#groups = [...new Set(trunkGroups.filter((each) => each.gateway === gateway.name).map((each) => each.group))];
    this.#circuits = trunkGroups.flatMap((each, place) => {
      const { first, count } = circuits.rangeOf(place);
      return each.gateway === gateway.name ? circuitsFrom(first, count) : [];
    });
    this.#requester = new Requester({ timers, holdsAcknowledgements: true });
    this.#responder = new Responder({ timers });
    this.#supervision = new GatewaySupervision(now);
  }

  /** An instruction of a commit, for circuits of this gateway only. */
  instruct(instruction: Instruction, place: InstructionPlace, now: Micros): readonly ControlAction[] {
    switch (instruction.kind) {
      case "create":
      case "modify":
      case "delete":
        if (instruction.kind !== "delete" && this.#workOf(place).pending >= instructionsPendingMax) {
          this.#refuse(instruction, place.group, responseCodes.overload.code, 0);
          break;
        }
        this.#enqueue(callJob(instruction, place, this.#profile, this.#site));
        break;
      case "clear":
        for (const job of clearJobs(instruction, place, this.#profile, this.#site)) this.#enqueue(job);
        break;
      default:
        assert(false, `a transporter does not perform ${instruction.kind}`);
    }
    this.#pump(now);
    return this.#take();
  }

  /** A commit of the group has consumed what this card had told it. */
  consumed(group: number, told: Input, now: Micros): readonly ControlAction[] {
    for (const job of this.#unsecured.consumed(group, told)) this.#secure(job.transactions, job, now);
    return this.#take();
  }

  /** The gateway is controlled from here now: it is told whom to notify, where it can be told (RFC 3435 2.1.4, 4.4). */
  takeControl(now: Micros): readonly ControlAction[] {
    const callAgent = this.#gateway.callAgents.find(({ transporter }) => transporter === this.#slot);
    assert(callAgent !== undefined, `gateway ${this.#gateway.name} is not controlled from slot ${this.#slot}`);
    const { address, port } = callAgent;
    const domain = address.includes(":") ? `[${address}]` : address;
    const redirection = this.#profile.redirection(this.#site, { local: "ca", domain, port });
    if (redirection !== undefined) {
      const { verb, endpoint, parameters } = redirection;
      this.#submit(command(verb, probeTransactionId(this.#probes++, this.#slot), endpoint, parameters), undefined, now);
    }
    return this.#take();
  }

  /** A datagram from the gateway's own address. */
  receive(octets: Uint8Array, now: Micros): readonly ControlAction[] {
    for (const decoded of decodeDatagram(octets)) {
      if (!decoded.ok) {
        this.#counts.malformed++;
        this.#actions.push({ kind: "heard", octets, regarding: nothing });
        const refusal = refusalOf(decoded.error);
        if (refusal) this.#actions.push({ kind: "send", octets: encodeDatagram([refusal]), regarding: nothing });
        continue;
      }
      this.#heard(now);
      if (decoded.value.kind === "response") this.#answered(decoded.value, octets, now);
      else this.#commanded(decoded.value, octets, now);
    }
    this.#pump(now);
    return this.#take();
  }

  /** `nextDeadline` has passed. */
  expire(now: Micros): readonly ControlAction[] {
    this.#request(this.#requester.step({ kind: "deadline" }, now), now);
    this.#respond(this.#responder.step({ kind: "deadline" }, now), nothing);
    if (this.#supervision.probeDue(now)) {
      const { verb, endpoint, parameters } = this.#profile.probe(this.#site);
      this.#submit(command(verb, probeTransactionId(this.#probes++, this.#slot), endpoint, parameters), undefined, now);
    }
    this.#pump(now);
    return this.#take();
  }

  nextDeadline(): Micros | undefined {
    const deadlines = [
      this.#requester.nextDeadline(),
      this.#responder.nextDeadline(),
      this.#supervision.nextDeadline(),
    ].filter((deadline) => deadline !== undefined);
    return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
  }

  /** The group has a primary that may not know: what is not as it should be is said again. */
  service(group: number): readonly ControlAction[] {
    if (this.#groups.includes(group) && this.#supervision.state === "unreachable") {
      this.#tell(group, { kind: "gateway", gateway: this.#number, event: gatewayEvent.unreachable });
    }
    return this.#take();
  }

  status(): Readonly<Record<string, unknown>> {
    return {
      profile: this.#gateway.profile,
      state: this.#supervision.state,
      outstanding: this.#outstanding.size,
      pending: this.#queues.size,
      leftBehind: this.#leftBehind.size,
      unsecured: this.#unsecured.size,
      connectionNamesKept: this.#connections.kept,
      sent: Object.fromEntries(this.#sent),
      received: Object.fromEntries(this.#received),
      answers: Object.fromEntries(this.#answers),
      ...this.#counts,
    };
  }

  // Instructions

  #workOf({ group }: { readonly group: number }): GroupWork {
    const work = this.#work.get(group) ?? { ready: [], pending: 0, outstanding: 0 };
    this.#work.set(group, work);
    return work;
  }

  #enqueue(job: GatewayJob): void {
    const work = this.#workOf(job.place);
    work.pending++;
    if (this.#queues.add(job)) work.ready.push(job);
  }

  /** Begins what may begin. */
  #pump(now: Micros): void {
    for (const work of this.#work.values()) this.#pumpOne(work, now);
  }

  #pumpOne(work: GroupWork, now: Micros): void {
    const { ready } = work;
    let held = 0;
    while (ready.length > held && work.outstanding < commandsOutstandingMax) {
      const job = ready.shift();
      if (job === undefined) return;
      if (this.#supervision.state === "unreachable") {
        this.#conclude(job, "silent", now);
      } else if (this.#outstanding.has(job.transactionId)) {
        // Numbers come again after a while, but never while the other command is still under way.
        ready.push(job);
        held++;
      } else {
        work.outstanding++;
        this.#transmit(job, now);
      }
    }
  }

  #transmit(job: GatewayJob, now: Micros): void {
    const { verb, endpoint, parameters, sessions } = job.command;
    job.wasSent = true;
    this.#submit(command(verb, job.transactionId, endpoint, parameters, sessions), job, now);
  }

  /** What follows from the last answer, or from its absence. */
  #proceed(job: GatewayJob, progress: Progress, now: Micros): void {
    if (progress === "send") this.#workOf(job.place).ready.unshift(job);
    else this.#conclude(job, progress, now);
  }

  #conclude(job: GatewayJob, progress: Exclude<Progress, "send">, now: Micros): void {
    this.#workOf(job.place).pending--;
    for (const next of this.#queues.remove(job)) this.#workOf(next.place).ready.push(next);
    const { instruction, cleanUp, place } = job;
    if (instruction === undefined) this.#secure(job.transactions, job, now);
    else
      for (const old of this.#unsecured.tell(place.group, instruction, job)) this.#secure(old.transactions, old, now);
    const nothingHappened = !job.wasSent && instruction?.kind === "create";
    if (progress === "silent" && cleanUp !== undefined && !nothingHappened) this.#makeUp(job, cleanUp);
    if (instruction === undefined) {
      if (progress === "refused") this.#log("warning", `did not clear an endpoint: ${job.refusal}`);
      return;
    }
    const { group } = job.place;
    if (progress === "silent") this.#refuse(instruction, group, responseCodes.transactionTimedOut.code, job.refusal);
    else if (progress === "refused") this.#refuse(instruction, group, job.refusal, job.refusal);
    else this.#done(job, instruction);
  }

  #done(job: GatewayJob, instruction: CallInstruction): void {
    const { group } = job.place;
    const { call, kind } = instruction;
    if (kind !== "create") {
      this.#tell(group, { kind: "done", call, verb: verbTags[kind] });
      if (kind === "delete") this.#connections.forget(callIdOf(group, call));
      return;
    }
    const { first, second, session } = this.#profile.created(job.answers);
    if (first === undefined) {
      // A connection without a name is of no use.
      if (job.cleanUp) this.#makeUp(job, job.cleanUp);
      this.#refuse(instruction, group, responseCodes.protocolError.code, job.answers[0].code);
      return;
    }
    const numberOf = (name: string) => this.#connections.number(name, callIdOf(group, call));
    const identifier = numberOf(first);
    const secondIdentifier = second === undefined ? unknownConnection : numberOf(second);
    this.#tell(group, { kind: "created", call, identifier, secondIdentifier, ...mediaOf(session) });
  }

  /** `code` decides the cause; `said` is what the gateway itself answered, 0 if it did not. */
  #refuse({ kind, call }: CallInstruction, group: number, code: number, said: number): void {
    this.#tell(group, { kind: "refused", call, verb: verbTags[kind], cause: causeOf(code), code: said });
  }

  /** Of a gateway that is out of reach, later. One that is there but does not answer this gets it once more. */
  #makeUp(job: GatewayJob, cleanUp: RunPlan): void {
    if (this.#isDeletedNext(job)) return;
    if (this.#supervision.state !== "unreachable") {
      this.#enqueue(job.makeUp(cleanUp, false));
      return;
    }
    const oldest = this.#leftBehind.keys().next();
    if (this.#leftBehind.size >= leftBehindMax && !oldest.done) {
      this.#leftBehind.delete(oldest.value);
      this.#counts.leftBehindDropped++;
    }
    const key = job.call === undefined ? `circuit ${job.circuits[0]}` : callIdOf(job.place.group, job.call);
    this.#leftBehind.set(key, job.makeUp(cleanUp, true));
  }

  /** Whether the instruction that has waited for this one takes back all that it may have done. */
  #isDeletedNext({ circuits, call, place }: GatewayJob): boolean {
    const next = this.#queues.first(circuits[0]);
    return next?.instruction?.kind === "delete" && next.call === call && next.place.group === place.group;
  }

  // Transactions

  #submit(request: Command, job: GatewayJob | undefined, now: Micros): void {
    count(this.#sent, request.verb);
    this.#outstanding.set(request.transactionId, { job, sentAt: now });
    this.#request(this.#requester.step({ kind: "request", to: peer, command: request }, now), now, job ?? nothing);
  }

  #answered(answer: Response, octets: Uint8Array, now: Micros): void {
    if (isResponseAcknowledgement(answer)) {
      this.#responder.step({ kind: "acknowledgement", transactionId: answer.transactionId }, now);
      return;
    }
    count(this.#answers, answer.code.toString());
    const outstanding = this.#outstanding.get(answer.transactionId);
    if (outstanding === undefined) this.#counts.strayAnswers++;
    const regarding = outstanding?.job ?? nothing;
    this.#actions.push({ kind: "heard", octets, regarding });
    this.#request(this.#requester.step({ kind: "response", from: peer, response: answer }, now), now, regarding);
  }

  #request(actions: readonly RequesterAction[], now: Micros, regarding?: Regarding): void {
    for (const action of actions) {
      switch (action.kind) {
        case "send":
          if (action.repeated) this.#counts.retransmissions++;
          this.#actions.push({
            kind: "send",
            octets: action.datagram,
            regarding: regarding ?? this.#regarding(action.datagram),
          });
          break;
        case "provisional":
          break;
        case "completed":
          this.#outstanding.get(action.transactionId)?.job?.transactions.push(action.transactionId);
          this.#over(action.transactionId, (job) => job.answered(action.response), now);
          break;
        case "failed": {
          assert(action.reason === "no-answer", `our own requester refuses a command: ${action.reason}`);
          const sentAt = this.#outstanding.get(action.transactionId)?.sentAt ?? now;
          if (this.#supervision.missed(sentAt, now)) this.#lost();
          this.#over(action.transactionId, (job) => job.unanswered(), now);
          break;
        }
      }
    }
  }

  /** Of a repeated command. */
  #regarding(datagram: Uint8Array): Regarding {
    const [decoded] = decodeDatagram(datagram);
    const outstanding = decoded.ok ? this.#outstanding.get(decoded.value.transactionId) : undefined;
    return outstanding?.job ?? nothing;
  }

  /** A transaction has ended. */
  #over(transactionId: number, take: (job: GatewayJob) => Progress, now: Micros): void {
    const outstanding = this.#outstanding.get(transactionId);
    this.#outstanding.delete(transactionId);
    if (outstanding?.job === undefined) {
      this.#secure([transactionId], nothing, now);
      this.#supervision.probeOver();
      return;
    }
    this.#workOf(outstanding.job.place).outstanding--;
    this.#proceed(outstanding.job, take(outstanding.job), now);
  }

  /** What came of these transactions cannot get lost with this card any more: their answers are acknowledged. */
  #secure(transactionIds: readonly number[], regarding: Regarding, now: Micros): void {
    for (const transactionId of transactionIds) {
      this.#request(this.#requester.step({ kind: "secured", transactionId }, now), now, regarding);
    }
  }

  // What the gateway says on its own

  #commanded(asked: Command, octets: Uint8Array, now: Micros): void {
    count(this.#received, asked.verb);
    const regarding = { circuits: this.#circuitsNamed(asked.endpoint.local), call: undefined };
    this.#actions.push({ kind: "heard", octets, regarding });
    for (const action of this.#responder.step({ kind: "command", from: peer, command: asked }, now)) {
      if (action.kind === "send") this.#respond([action], regarding);
      else this.#execute(action.command, regarding, now);
    }
  }

  #execute(asked: Command, regarding: Regarding, now: Micros): void {
    const row = gatewayCommandRow(asked);
    const code = row?.answer ?? responseCodes.unsupportedCommand.code;
    const comment = code === responseCodes.ok.code ? "OK" : responseCode(code).meaning;
    const answer = response(code, asked.transactionId, comment);
    this.#respond(this.#responder.step({ kind: "answer", response: answer }, now), regarding);
    if (row?.event !== undefined) this.#reset(regarding.circuits, row.event, asked);
  }

  #respond(actions: readonly ResponderAction[], regarding: Regarding): void {
    for (const action of actions) {
      if (action.kind === "send") this.#actions.push({ kind: "send", octets: action.datagram, regarding });
    }
  }

  /** Endpoints lost their connections: all of the gateway, or some. */
  #reset(circuits: readonly number[], event: number, { endpoint }: Command): void {
    if (circuits.length < this.#circuits.length) {
      this.#log("warning", `reports that ${formatEndpointName(endpoint)} has lost its connections`);
      const { configuration } = this.#site.circuits;
      for (const circuit of circuits) {
        const { group } = configuration.trunkGroups[this.#site.circuits.trunkGroupOf(circuit)];
        this.#tell(group, { kind: "endpoint", circuit, event });
      }
      return;
    }
    this.#connections.forgetAll();
    this.#log("alarm", "has restarted");
    this.#tellAll(gatewayEvent.restarted);
  }

  /** The gateway's circuits whose endpoints a name, perhaps with wildcards, stands for. */
  #circuitsNamed(pattern: string): readonly number[] {
    return this.#circuits.filter((circuit) => matchesLocalName(pattern, this.#profile.localName(circuit, this.#site)));
  }

  // Reachability

  #heard(now: Micros): void {
    if (!this.#supervision.heard(now)) return;
    this.#log("info", `answers again; instructions to make up for: ${this.#leftBehind.size}`);
    for (const job of this.#leftBehind.values()) this.#enqueue(job);
    this.#leftBehind.clear();
    this.#tellAll(gatewayEvent.reachable);
  }

  #lost(): void {
    this.#log("alarm", "does not answer");
    this.#tellAll(gatewayEvent.unreachable);
  }

  // Actions

  #tell(group: number, input: Input): void {
    this.#actions.push({ kind: "tell", group, input });
  }

  #tellAll(event: number): void {
    for (const group of this.#groups) this.#tell(group, { kind: "gateway", gateway: this.#number, event });
  }

  #log(severity: "info" | "warning" | "alarm", text: string): void {
    this.#actions.push({ kind: "log", severity, text: `gateway ${this.#gateway.name} ${text}` });
  }

  #take(): readonly ControlAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
