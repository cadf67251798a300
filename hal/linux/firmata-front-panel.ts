/** A front panel on a chassis controller that speaks Firmata over a serial line, such as an Arduino with its standard sketch. */
import { EventEmitter } from "node:events";
import type { FrontPanel } from "../front-panel.ts";
import type { SerialLine } from "../serial-line.ts";
import { type FrontPanelHardware, type FrontPanelPins, openJohnnyFivePanel } from "./johnny-five-panel.ts";
import { openSerialLine } from "./serial-line.ts";

/** Of every Firmata sketch. */
const bitRate = 57_600;

/** Pins 0 and 1 of an Arduino are its serial line. The contact of the ejector switches pin 9 to ground while it is closed. */
export const firmataPins: FrontPanelPins = {
  active: 2,
  standby: 3,
  alarm: 4,
  busA: 5,
  busB: 6,
  link: 7,
  safeToPull: 8,
  ejector: 9,
};

/**
 * Report version, query firmware. A controller says so by itself when it is reset, which not each is when its line is opened. firmata-io
 * asks only where it has heard nothing at all, and waits for ever where it has heard half.
 */
const whoAreYou = Uint8Array.of(0xf9, 0xf0, 0x79, 0xf7);
const askAgainMillis = 1_000;

/** For what was written last to be sent. */
const lastOctetsMillis = 50;

/** Rejects with a sentence. @param device path of the line */
export async function openFirmataFrontPanel(device: string, pins: FrontPanelPins = firmataPins): Promise<FrontPanel> {
  const line = await openSerialLine(device, bitRate);
  const transport = new SerialTransport(line);
  const asking = setInterval(() => line.write(whoAreYou), askAgainMillis);
  try {
    const { default: firmata } = await import("firmata-io");
    const io = new firmata.Firmata(transport, {});
    return await openJohnnyFivePanel(io, pins, transport);
  } catch (error) {
    transport.release();
    throw new Error(`the chassis controller on ${device} ${error instanceof Error ? error.message : error}`);
  } finally {
    clearInterval(asking);
  }
}

/** A serial line as firmata-io wants it. */
class SerialTransport extends EventEmitter implements FrontPanelHardware {
  readonly #line: SerialLine;
  #gone: ((reason: string) => void) | undefined;

  constructor(line: SerialLine) {
    super();
    this.#line = line;
    line.listen({
      octets: (octets) => this.emit("data", octets),
      closed: (reason) => this.#gone?.(reason),
    });
  }

  begin(): void {
    this.emit("open");
    this.#line.write(whoAreYou);
  }

  write(octets: Uint8Array, done?: () => void): void {
    this.#line.write(octets);
    done?.();
  }

  onGone(gone: (reason: string) => void): void {
    this.#gone = gone;
  }

  release(): void {
    setTimeout(() => this.#line.close(), lastOctetsMillis);
  }
}
