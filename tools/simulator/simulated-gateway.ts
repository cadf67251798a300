/**
 * A media gateway for the simulator: endpoints, two-ended connections, at-most-once; no media. It writes down every command
 * that it carries out, so that a scenario can be compared with the one that nothing disturbed.
 */
import { decodeDatagram } from "../../firmware/mgcp/codec.ts";
import { type Command, type Response, response } from "../../firmware/mgcp/message.ts";
import { Responder, type ResponderAction } from "../../firmware/mgcp/responder.ts";
import type { Micros } from "../../firmware/time.ts";

interface GatewayConnection {
  readonly endpoints: readonly string[];
  readonly ids: readonly string[];
  readonly callId: string;
  mode: string;
}

export class SimulatedGateway {
  /** What was carried out, in order: verb and endpoints. Repetitions are answered, not carried out. */
  readonly executed: string[] = [];
  /** Commands that could not be carried out, with the return code. */
  readonly refused: string[] = [];
  readonly #responder = new Responder();
  readonly #connections = new Map<string, GatewayConnection>();
  #lastId = 0x1000;

  /** Endpoints that are connected now. */
  get connected(): readonly string[] {
    return [...this.#connections.keys()];
  }

  /** @returns the datagrams to send back */
  datagram(octets: Uint8Array, from: string, now: Micros): Uint8Array[] {
    const answers: Uint8Array[] = [];
    const act = (actions: readonly ResponderAction[]) => {
      for (const action of actions) {
        if (action.kind === "send") answers.push(action.datagram);
        else act(this.#responder.step({ kind: "answer", response: this.#execute(action.command) }, now));
      }
    };
    for (const message of decodeDatagram(octets)) {
      if (!message.ok) continue;
      if (message.value.kind === "command") {
        act(this.#responder.step({ kind: "command", from, command: message.value }, now));
      } else if (message.value.code === 0) {
        act(this.#responder.step({ kind: "acknowledgement", transactionId: message.value.transactionId }, now));
      }
    }
    return answers;
  }

  #execute(command: Command): Response {
    const { verb, transactionId, endpoint, parameters } = command;
    const local = endpoint.local;
    const say = (code: number, answer: Response["parameters"] = {}) => {
      if (code >= 400) this.refused.push(`${verb} ${local}: ${code}`);
      return response(code, transactionId, "", answer);
    };
    this.executed.push(`${verb} ${local}${parameters.secondEndpointId ? ` ${parameters.secondEndpointId.local}` : ""}`);
    switch (verb) {
      case "CRCX": {
        const endpoints = [local, ...(parameters.secondEndpointId ? [parameters.secondEndpointId.local] : [])];
        if (endpoints.some((name) => this.#connections.has(name))) return say(540);
        const ids = endpoints.map(() => (++this.#lastId).toString(16).padStart(8, "0"));
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
