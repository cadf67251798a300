/** A tap on a signalling link: passes the stream between an exchange and its LIM on, and keeps every M3UA message of it. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { messageTypeOf } from "../../firmware/isup/codec.ts";
import { decodeData, isData } from "../../firmware/m3ua/data-message.ts";
import { MessageFraming } from "../../firmware/m3ua/message-framing.ts";
import { cicOctets, decodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import { serviceIndicator } from "../../firmware/mtp3/user-parts.ts";
import type { Micros } from "../../firmware/time.ts";
import { monotonicMicros } from "../../tools/measurement/monotonic-micros.ts";

export interface TappedMessage {
  readonly atMicros: Micros;
  readonly from: "exchange" | "lim";
  /** The M3UA message. */
  readonly octets: Uint8Array;
  /** The ISUP message in it, where there is one. */
  readonly isup?: { readonly type: string; readonly cic: number };
}

export interface TapPorts {
  readonly address: string;
  /** Where the exchange connects. */
  readonly port: number;
  readonly limPort: number;
}

export class SignallingTap {
  readonly messages: TappedMessage[] = [];
  /** What could not be cut or read: sentences. */
  readonly faults: string[] = [];
  readonly #ports: TapPorts;
  readonly #observe: (message: TappedMessage) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `observe` is called for each message right before its last octet is passed on. */
  constructor(ports: TapPorts, observe: (message: TappedMessage) => void) {
    this.#ports = ports;
    this.#observe = observe;
    this.#server = createServer((exchange) => this.#join(exchange));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#ports.port, this.#ports.address, resolve);
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(exchange: Socket): void {
    const lim = connect(this.#ports.limPort, this.#ports.address);
    this.#pass(exchange, lim, "exchange");
    this.#pass(lim, exchange, "lim");
  }

  #pass(source: Socket, destination: Socket, from: TappedMessage["from"]): void {
    const framing = new MessageFraming();
    this.#sockets.add(source);
    source.setNoDelay(true);
    source.on("data", (octets) => {
      const { messages, error } = framing.push(octets);
      if (error !== undefined) this.faults.push(`the stream from the ${from} cannot be cut: ${error.kind}`);
      for (const message of messages) this.#keep(message.slice(), from);
      destination.write(octets);
    });
    source.on("error", () => source.destroy());
    source.once("close", () => {
      this.#sockets.delete(source);
      destination.destroy();
    });
  }

  #keep(octets: Uint8Array, from: TappedMessage["from"]): void {
    const isup = this.#isupIn(octets);
    const message = { atMicros: monotonicMicros(), from, octets, ...(isup === undefined ? {} : { isup }) };
    this.messages.push(message);
    this.#observe(message);
  }

  #isupIn(octets: Uint8Array): TappedMessage["isup"] {
    if (!isData(octets)) return undefined;
    const data = decodeData(octets);
    if (!data.ok) {
      this.faults.push(`DATA that cannot be read: ${data.error.kind}`);
      return undefined;
    }
    const unit = data.value.protocolData;
    if (unit.serviceIndicator !== serviceIndicator("ISUP")) return undefined;
    const cic = decodeCic(unit.userData);
    const type = messageTypeOf(unit.userData.subarray(cicOctets));
    if (cic.ok && type !== undefined) return { type, cic: cic.value };
    this.faults.push("an ISUP message without a type");
    return undefined;
  }
}
