/** A transporter with gateways that answer as a test says, joined in memory. */
import type { ApplicationAction, ApplicationEvent } from "../../../firmware/card/application.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Instruction, type Output, outputs } from "../../../firmware/interchange/output.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { decodeDatagram, encodeDatagram } from "../../../firmware/mgcp/codec.ts";
import { formatEndpointName } from "../../../firmware/mgcp/endpoint-name.ts";
import { octetsFromText, textFromOctets } from "../../../firmware/mgcp/latin1.ts";
import { type Command, type Response, response } from "../../../firmware/mgcp/message.ts";
import { Transporter } from "../../../firmware/transporter/transporter.ts";
import { exampleRack, slots } from "../lim/example-rack.ts";

const socket = "mgcp 127.0.0.1 2727";
const addresses: Readonly<Record<string, string>> = { mgw: "127.0.0.2", osmo: "127.0.0.3" };

/** What a gateway answers; undefined: nothing. */
export type Behaviour = (command: Command, count: number) => Response | undefined;

/** Says yes to everything, with connections 00000A01 and 00000B01 for the first command, and so on. */
export const obliging: Behaviour = (command, count) => {
  const { transactionId, verb, parameters } = command;
  if (verb === "DLCX") return response(250, transactionId, "OK");
  if (verb !== "CRCX") return response(200, transactionId, "OK");
  const id = count.toString(16).toUpperCase().padStart(2, "0");
  return response(200, transactionId, "OK", {
    connectionIds: [`00000A${id}`],
    ...(parameters.secondEndpointId && { secondConnectionId: `00000B${id}` }),
  });
};

export class TransporterBench {
  readonly transporter: Transporter;
  readonly opened: readonly ApplicationAction[];
  /** The commands that each gateway got, repetitions included: `CRCX west/1@gw`. */
  readonly commands: Command[] = [];
  readonly datagrams: string[] = [];
  readonly inputs: { readonly group: number; readonly input: Input }[] = [];
  readonly logs: string[] = [];
  behaviour: Behaviour = obliging;
  /** Answers are kept until `release`. */
  holding = false;
  readonly held: { readonly command: Command; readonly deliver: () => void }[] = [];
  /** Whether the probe at the start is left out of `commands`. */
  now = 1_000_000;
  readonly slot: number;
  #sequence = 0;
  #count = 0;

  constructor(slot: number = slots.transporter, configuration = exampleRack()) {
    this.slot = slot;
    this.transporter = new Transporter(configuration, slot);
    this.opened = this.transporter.start(this.now);
    this.expire();
    this.forget();
  }

  step(event: ApplicationEvent): void {
    for (const action of this.transporter.step(event, this.now, 1_700_000_000_000)) this.#do(action);
  }

  commit(all: readonly Output[], { group = 1, term = 1, sequence = ++this.#sequence } = {}): void {
    const consumed = { kind: "internal" } as const;
    const body = encode(outputs, [...all]);
    const none = new Uint8Array(0);
    this.step({ kind: "commit", commit: { group, term, sequence, consumed, timeMillis: 0, body, input: none } });
  }

  /** A commit consumes what a card has told. */
  consume(told: Input, { group = 1, slot = this.slot, number = 1 } = {}): void {
    const place = { group, term: 1, sequence: ++this.#sequence, timeMillis: 0, body: new Uint8Array(0) };
    const consumed = { kind: "input", slot, number } as const;
    this.step({ kind: "commit", commit: { ...place, consumed, input: encode(input, told) } });
  }

  instruct(...instructions: readonly Instruction[]): void {
    this.commit(instructions.map((instruction) => ({ kind: "instruct", slot: this.slot, instruction })));
  }

  /** A gateway says something on its own. */
  say(text: string, gateway = "mgw", port = 2427): void {
    this.receive(octetsFromText(text.replaceAll("|", "\r\n")), addresses[gateway], port);
  }

  receive(octets: Uint8Array, address: string, port = 2427): void {
    this.step({ kind: "datagram", socket, octets, address, port });
  }

  expire(): void {
    this.step({ kind: "deadline" });
  }

  /** Lets time go by, deadline after deadline. */
  pass(millis: number): void {
    const end = this.now + millis * 1000;
    for (let steps = 0; steps < 100_000; steps++) {
      const deadline = this.transporter.nextDeadline();
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      this.expire();
    }
    this.now = end;
  }

  /** Delivers held answers. */
  release(count = this.held.length): void {
    for (const { deliver } of this.held.splice(0, count)) deliver();
  }

  takeInputs(): { readonly group: number; readonly input: Input }[] {
    return this.inputs.splice(0);
  }

  takeCommands(): string[] {
    return this.commands.splice(0).map(({ verb, endpoint }) => `${verb} ${formatEndpointName(endpoint)}`);
  }

  takeDatagrams(): string[] {
    return this.datagrams.splice(0);
  }

  gateway(name = "mgw"): Readonly<Record<string, unknown>> {
    const gateways = this.transporter.status().gateways as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    return gateways[name];
  }

  forget(): void {
    for (const list of [this.commands, this.datagrams, this.inputs, this.logs]) list.splice(0);
    this.#count = 0;
  }

  #do(action: ApplicationAction): void {
    if (action.kind === "input") {
      const decoded = decode(input, action.payload);
      if (!decoded.ok) throw new Error(`an input that cannot be decoded: ${decoded.error.kind}`);
      this.inputs.push({ group: action.group, input: decoded.value });
    }
    if (action.kind === "log") this.logs.push(action.text);
    if (action.kind === "datagram-send") this.#arrive(action.octets, action.address);
  }

  #arrive(octets: Uint8Array, address: string): void {
    this.datagrams.push(textFromOctets(octets).replaceAll("\r\n", "|"));
    for (const decoded of decodeDatagram(octets)) {
      if (!decoded.ok) throw new Error(`a datagram that cannot be decoded: ${textFromOctets(octets)}`);
      if (decoded.value.kind !== "command") continue;
      const command = decoded.value;
      this.commands.push(command);
      const answer = this.behaviour(command, ++this.#count);
      if (answer === undefined) continue;
      const deliver = () => this.receive(encodeDatagram([answer]), address);
      if (this.holding) this.held.push({ command, deliver });
      else deliver();
    }
  }
}
