import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** The exchange's side of a circuit. */
export class Voice {
  readonly #socket: Socket = createSocket("udp4");
  received = 0;
  #sent = 0;

  async open(address: string, port: number): Promise<void> {
    this.#socket.on("message", () => this.received++);
    this.#socket.bind(port, address);
    await once(this.#socket, "listening");
  }

  /** One RTP packet of A-law silence. */
  send(address: string, port: number): void {
    const packet = Buffer.alloc(172, 0xd5);
    packet.writeUInt16BE(0x8008, 0);
    packet.writeUInt16BE(++this.#sent, 2);
    packet.writeUInt32BE(this.#sent * 160, 4);
    packet.writeUInt32BE(0x1234, 8);
    this.#socket.send(packet, port, address);
  }

  close(): void {
    this.#socket.close();
  }
}
