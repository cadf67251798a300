/**
 * What a serial CAN adapter is to the host: lines on one side, a port of a bus on the other. So a device of the kernel (slcan) can be
 * fed from the software bus.
 */
import { type CanFrame, canClasses } from "../can-frame.ts";
import { copyOfFrame } from "../can-frame-pool.ts";
import type { CanPort, CanState } from "../can-port.ts";
import type { SerialLine } from "../serial-line.ts";
import { encodeSlcanFrame, encodeSlcanState, type SlcanMessage, SlcanReader } from "./slcan-codec.ts";

const counters = { active: [0, 0], passive: [0, 128], "bus-off": [0, 255] } as const;

export class SlcanDevice {
  readonly #line: SerialLine;
  readonly #port: CanPort;
  readonly #reader = new SlcanReader();
  /** By class: frames that the port has no room for. */
  readonly #waiting: readonly CanFrame[][] = Array.from({ length: canClasses }, () => []);
  #isOpen = false;

  constructor(line: SerialLine, port: CanPort) {
    this.#line = line;
    this.#port = port;
    line.listen({
      octets: (octets) => this.#reader.read(octets, (message) => this.#hear(message)),
      closed: () => port.close(),
    });
    port.listen({
      frames: (batch) => {
        if (this.#isOpen) this.#say(batch.map(encodeSlcanFrame).join(""));
      },
      // Said when it is on the bus, which is more than most adapters know.
      transmitted: (batch) => this.#say(batch.map(() => "z\r").join("")),
      writable: (frameClass) => this.#transmit(frameClass),
      state: (state) => this.#tell(state),
    });
  }

  /** Whether the host has opened it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  #hear(message: SlcanMessage): void {
    switch (message.kind) {
      case "frame": {
        const { frame } = message;
        const frameClass = frame.id >> 8;
        this.#waiting[frameClass].push(copyOfFrame(frame));
        this.#transmit(frameClass);
        break;
      }
      case "open":
      case "close":
        this.#isOpen = message.kind === "open";
        this.#say("\r");
        break;
      default:
        this.#say("\r");
    }
  }

  #transmit(frameClass: number): void {
    const waiting = this.#waiting[frameClass];
    while (waiting.length > 0 && this.#port.transmit(waiting[0]) !== "full") waiting.shift();
  }

  #tell(state: CanState): void {
    if (state === "disconnected") return;
    const [received, sent] = counters[state];
    this.#say(encodeSlcanState(state, received, sent));
  }

  #say(text: string): void {
    this.#line.write(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  }
}
