/** What the gateway's tests stand on the outside with: a call agent's socket and the exchange's side of circuits. */
import { createSocket, type Socket } from "node:dgram";
import { decodeDatagram, encodeDatagram } from "../../../firmware/mgcp/codec.ts";
import type { Message, Response } from "../../../firmware/mgcp/message.ts";
import { octetsFromText, textFromOctets } from "../../../firmware/mgcp/latin1.ts";
import { ownAddress } from "../../own-address.ts";

const patienceMillis = 20_000;

/** A bound UDP socket on loopback that keeps what it receives until somebody takes it. */
export class Mailbox {
  readonly #socket: Socket;
  readonly #received: Uint8Array[] = [];
  readonly #waiting: ((octets: Uint8Array) => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (octets) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#received.push(octets);
      else next(octets);
    });
  }

  static async open(port = 0): Promise<Mailbox> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, ownAddress, () => resolve());
    });
    return new Mailbox(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** What was received and nobody took. */
  get unread(): number {
    return this.#received.length;
  }

  send(port: number, data: Uint8Array | string): void {
    this.#socket.send(typeof data === "string" ? octetsFromText(data) : data, port, ownAddress);
  }

  take(): Promise<Uint8Array> {
    const first = this.#received.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error("nothing came")), patienceMillis);
      this.#waiting.push((octets) => {
        clearTimeout(timeout);
        resolve(octets);
      });
    });
  }

  async takeText(): Promise<string> {
    return textFromOctets(await this.take());
  }

  close(): void {
    this.#socket.close();
  }
}

/** Speaks MGCP with a gateway at `port`. Transaction numbers count from 1 in each agent. */
export class CallAgent {
  readonly mailbox: Mailbox;
  readonly #port: number;
  #transactionId = 0;

  constructor(mailbox: Mailbox, port: number) {
    this.mailbox = mailbox;
    this.#port = port;
  }

  /** Sends `CRCX east/5@gw` and parameter lines, as text; the transaction number and version are put in. */
  async ask(verbAndEndpoint: string, ...lines: readonly string[]): Promise<Response> {
    const [verb, endpoint] = verbAndEndpoint.split(" ");
    const text = [`${verb} ${++this.#transactionId} ${endpoint} MGCP 1.0`, ...lines, ""].join("\r\n");
    return this.askText(text);
  }

  async askText(text: string): Promise<Response> {
    this.mailbox.send(this.#port, text);
    return this.takeResponse();
  }

  send(message: Message): void {
    this.mailbox.send(this.#port, encodeDatagram([message]));
  }

  async takeMessage(): Promise<Message> {
    const [result] = decodeDatagram(await this.mailbox.take());
    if (!result.ok) throw new Error(`unreadable: ${JSON.stringify(result.error)}`);
    return result.value;
  }

  async takeResponse(): Promise<Response> {
    const message = await this.takeMessage();
    if (message.kind !== "response") throw new Error(`a command instead of a response: ${message.verb}`);
    return message;
  }
}
