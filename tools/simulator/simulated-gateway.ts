/**
 * A media gateway for the simulator: endpoints, two-ended connections, at-most-once; no media. It writes down every command
 * that it carries out, so that a scenario can be compared with the one that nothing disturbed. It may be told to refuse, to take its
 * time, and to lose what comes or what it says. Connections it knows by their names letter by letter, as osmo-mgw does.
 */
import { decodeDatagram } from "../../firmware/mgcp/codec.ts";
import { type Command, type Response, response } from "../../firmware/mgcp/message.ts";
import { Responder, type ResponderAction } from "../../firmware/mgcp/responder.ts";
import type { Verb } from "../../firmware/mgcp/verbs.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import type { Clock } from "../../hal/clock.ts";
import { Alarm } from "./alarm.ts";

/** What goes wrong with the next command of a verb, once. */
export type GatewayFault = { readonly verb: Verb } & (
  | { readonly kind: "refused"; readonly code: number }
  /** It is carried out so much later; until then a 100 is all that is said (RFC 3435 3.5.6). */
  | { readonly kind: "late"; readonly millis: number }
  | { readonly kind: "command-lost" }
  | { readonly kind: "answer-lost" }
);

interface GatewayConnection {
  readonly endpoints: readonly string[];
  readonly ids: readonly string[];
  readonly callId: string;
  mode: string;
}

/** How most gateways write the name of a connection. */
const inCapitals = (connection: number): string => connection.toString(16).toUpperCase().padStart(8, "0");

export class SimulatedGateway {
  /** What was carried out, in order: verb and endpoints. Repetitions are answered, not carried out. */
  readonly executed: string[] = [];
  /** Commands that could not be carried out, with the return code. */
  readonly refused: string[] = [];
  readonly #responder = new Responder();
  readonly #connections = new Map<string, GatewayConnection>();
  readonly #clock: Clock;
  readonly #reply: (to: string, datagram: Uint8Array) => void;
  /** What is yet to go wrong, in this order. */
  #faults: readonly GatewayFault[] = [];
  #lastId = 0x1000;
  readonly #alarm: Alarm;
  readonly #nameOf: (connection: number) => string;

  /** `reply` takes what goes back to whom a command came from, by the name that `datagram` was given. */
  constructor(clock: Clock, reply: (to: string, datagram: Uint8Array) => void, nameOf = inCapitals) {
    this.#clock = clock;
    this.#reply = reply;
    this.#nameOf = nameOf;
    this.#alarm = new Alarm(clock, () => {
      this.#act(this.#responder.step({ kind: "deadline" }, clock.nowMicros()));
      this.#arm();
    });
  }

  /** Endpoints that are connected now. */
  get connected(): readonly string[] {
    return [...this.#connections.keys()];
  }

  /** From now on this goes wrong. */
  suffer(faults: readonly GatewayFault[]): void {
    this.#faults = faults;
  }

  datagram(octets: Uint8Array, from: string): void {
    const now = this.#clock.nowMicros();
    for (const message of decodeDatagram(octets)) {
      if (!message.ok) continue;
      if (message.value.kind === "command") {
        if (this.#takeFault(message.value.verb, "command-lost")) continue;
        this.#act(this.#responder.step({ kind: "command", from, command: message.value }, now));
      } else if (message.value.code === 0) {
        this.#act(this.#responder.step({ kind: "acknowledgement", transactionId: message.value.transactionId }, now));
      }
    }
    this.#arm();
  }

  #act(actions: readonly ResponderAction[]): void {
    for (const action of actions) {
      if (action.kind === "send") this.#reply(action.to, action.datagram);
      else this.#begin(action.command);
    }
  }

  #begin(command: Command): void {
    const late = this.#takeFault(command.verb, "late");
    const loseAnswer = this.#takeFault(command.verb, "answer-lost") !== undefined;
    const finish = (): void => {
      const event = { kind: "answer", response: this.#execute(command) } as const;
      const answers = this.#responder.step(event, this.#clock.nowMicros());
      if (!loseAnswer) this.#act(answers);
      this.#arm();
    };
    if (late === undefined) finish();
    else this.#clock.at(this.#clock.nowMicros() + late.millis * microsPerMilli, finish);
  }

  #takeFault<K extends GatewayFault["kind"]>(verb: Verb, kind: K): (GatewayFault & { readonly kind: K }) | undefined {
    const fault = this.#faults.find((each) => each.verb === verb && each.kind === kind);
    if (fault !== undefined) this.#faults = this.#faults.filter((each) => each !== fault);
    return fault as (GatewayFault & { readonly kind: K }) | undefined;
  }

  #arm(): void {
    this.#alarm.set(this.#responder.nextDeadline());
  }

  #execute(command: Command): Response {
    const { verb, transactionId, endpoint, parameters } = command;
    const local = endpoint.local;
    const say = (code: number, answer: Response["parameters"] = {}) => {
      if (code >= 400) this.refused.push(`${verb} ${local}: ${code}`);
      return response(code, transactionId, "", answer);
    };
    this.executed.push(`${verb} ${local}${parameters.secondEndpointId ? ` ${parameters.secondEndpointId.local}` : ""}`);
    const refused = this.#takeFault(verb, "refused");
    if (refused !== undefined) return say(refused.code);
    switch (verb) {
      case "CRCX": {
        const endpoints = [local, ...(parameters.secondEndpointId ? [parameters.secondEndpointId.local] : [])];
        if (endpoints.some((name) => this.#connections.has(name))) return say(540);
        const ids = endpoints.map(() => this.#nameOf(++this.#lastId));
        const mode = parameters.connectionMode ?? "inactive";
        const connection: GatewayConnection = { endpoints, ids, callId: parameters.callId ?? "", mode };
        for (const name of endpoints) this.#connections.set(name, connection);
        return say(200, {
          connectionIds: [ids[0]],
          ...(parameters.secondEndpointId
            ? { secondEndpointId: parameters.secondEndpointId, secondConnectionId: ids[1] }
            : {}),
        });
      }
      case "MDCX": {
        const connection = this.#connections.get(local);
        if (!connection || !parameters.connectionIds?.every((id) => connection.ids.includes(id))) return say(515);
        connection.mode = parameters.connectionMode ?? connection.mode;
        return say(200);
      }
      case "DLCX":
        return this.#deleteConnections(local, parameters, say);
      case "AUEP": {
        const connection = this.#connections.get(local);
        const ids = connection ? [connection.ids[connection.endpoints.indexOf(local)]] : [];
        return say(200, parameters.requestedInfo?.includes("I") ? { connectionIds: ids } : {});
      }
      default:
        return say(200);
    }
  }

  /** With I: that end alone (RFC 3435 2.3.8), otherwise all ends at the endpoint, or at all the endpoints, that are of the call. */
  #deleteConnections(
    local: string,
    { callId, connectionIds }: Command["parameters"],
    say: (code: number) => Response,
  ): Response {
    if (connectionIds) {
      const connection = this.#connections.get(local);
      if (connection?.ids[connection.endpoints.indexOf(local)] !== connectionIds[0]) return say(515);
      this.#connections.delete(local);
      return say(250);
    }
    const all = local.endsWith("*");
    for (const [name, connection] of [...this.#connections]) {
      const named = all ? name.startsWith(local.slice(0, -1)) : name === local;
      const ofCall = callId === undefined || connection.callId.toUpperCase() === callId.toUpperCase();
      if (named && ofCall) this.#connections.delete(name);
    }
    return say(250);
  }
}
