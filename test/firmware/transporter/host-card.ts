import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { ApplicationAction, ApplicationEvent } from "../../../firmware/card/application.ts";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Instruction, outputs } from "../../../firmware/interchange/output.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { Transporter } from "../../../firmware/transporter/transporter.ts";

/** A transporter on the host's socket and clock. */
export class HostCard {
  readonly transporter: Transporter;
  readonly inputs: Input[] = [];
  readonly #socket = createSocket("udp4");
  #timer: NodeJS.Timeout | undefined;
  #sequence: number;
  readonly #slot: number;

  constructor(configuration: RackConfiguration, slot: number, sequence = 0) {
    this.transporter = new Transporter(configuration, slot);
    this.#slot = slot;
    this.#sequence = sequence;
  }

  async start(): Promise<void> {
    for (const action of this.transporter.start(this.#now())) this.#do(action);
    this.#socket.on("message", (octets, { address, port }) => {
      this.step({ kind: "datagram", socket: this.#bound, octets, address, port });
    });
    if (this.#bound !== "") await once(this.#socket, "listening");
    this.step({ kind: "deadline" });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  step(event: ApplicationEvent): void {
    for (const action of this.transporter.step(event, this.#now(), Date.now())) this.#do(action);
    clearTimeout(this.#timer);
    const deadline = this.transporter.nextDeadline();
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.step({ kind: "deadline" }), Math.max(0, (deadline - this.#now()) / 1000));
  }

  instruct(...instructions: readonly Instruction[]): void {
    const body = encode(
      outputs,
      instructions.map((instruction) => ({ kind: "instruct", slot: this.#slot, instruction }) as const),
    );
    const sequence = ++this.#sequence;
    const consumed = { kind: "internal" } as const;
    const none = new Uint8Array(0);
    this.step({
      kind: "commit",
      commit: { group: 1, term: 1, sequence, consumed, timeMillis: 0, body, input: none },
    });
  }

  /** The next input, whenever it comes. */
  async next(): Promise<Input> {
    await until(() => this.inputs.length > 0, "an input");
    const [first] = this.inputs.splice(0, 1);
    return first;
  }

  #bound = "";

  #do(action: ApplicationAction): void {
    if (action.kind === "datagram-bind") {
      this.#bound = action.socket;
      this.#socket.bind(action.port, action.address);
    }
    if (action.kind === "datagram-send") this.#socket.send(action.octets, action.port, action.address);
    if (action.kind === "input") {
      const decoded = decode(input, action.payload);
      if (decoded.ok) this.inputs.push(decoded.value);
    }
  }

  #now(): number {
    return Math.round(performance.now() * 1000);
  }
}

/** Waits for what another process is to bring about. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2000) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
