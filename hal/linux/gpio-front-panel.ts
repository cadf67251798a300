/** A front panel on lines of GPIO character devices: johnny-five with an IO plugin of our own. */
import { EventEmitter } from "node:events";
import { type FrontPanel, type Lamp, lamps } from "../front-panel.ts";
import { type DeviceCalls, linuxDeviceCalls } from "./device-calls.ts";
import { type GpioLine, type GpioLineAddress, requestGpioLine } from "./gpio-line.ts";
import { type FrontPanelHardware, type FrontPanelIo, openJohnnyFivePanel } from "./johnny-five-panel.ts";

/** Each lamp (active: lit), and the contact of the ejector (active: open). */
export type GpioFrontPanelLines = Readonly<Record<Lamp | "ejector", GpioLineAddress>>;

/** Rejects with a sentence where a line cannot be had. */
export async function openGpioFrontPanel(
  lines: GpioFrontPanelLines,
  calls: DeviceCalls = linuxDeviceCalls("the front panel"),
): Promise<FrontPanel> {
  const requested: GpioLine[] = [];
  try {
    const request = (name: Lamp | "ejector", direction: "input" | "output") => {
      const line = requestGpioLine(calls, lines[name], direction);
      requested.push(line);
      return line;
    };
    const outputs = lamps.map((lamp) => request(lamp, "output"));
    const plugin = new GpioIo(outputs, request("ejector", "input"));
    return await openJohnnyFivePanel(plugin, pins, plugin);
  } catch (error) {
    for (const line of requested) line.close();
    throw error;
  }
}

const ejectorPin = lamps.length;
const pins = {
  ...(Object.fromEntries(lamps.map((lamp, pin) => [lamp, pin])) as Readonly<Record<Lamp, number>>),
  ejector: ejectorPin,
};

/** The IO plugin: its pins are the lamps in their order, then the ejector. */
class GpioIo extends EventEmitter implements FrontPanelIo, FrontPanelHardware {
  readonly isReady = true;
  readonly name = "GPIO";
  readonly MODES = { INPUT: 0, OUTPUT: 1 };
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly pins: readonly object[];
  readonly analogPins: readonly number[] = [];
  readonly #outputs: readonly GpioLine[];
  readonly #ejector: GpioLine;
  #gone: ((reason: string) => void) | undefined;

  constructor(outputs: readonly GpioLine[], ejector: GpioLine) {
    super();
    this.#outputs = outputs;
    this.#ejector = ejector;
    const modes = [...outputs.map(() => this.MODES.OUTPUT), this.MODES.INPUT];
    this.pins = modes.map((mode) => ({ supportedModes: [mode], mode, value: 0, analogChannel: 127 }));
  }

  /** johnny-five sees that it is ready. */
  begin(): void {}

  /** A line has its direction since it was asked for. */
  pinMode(): void {}

  digitalWrite(pin: number, value: number): void {
    // johnny-five pulls a contact up by writing to it; the kernel was asked to already.
    if (pin === ejectorPin) return;
    this.#attempt(() => this.#outputs[pin].write(value === this.HIGH));
  }

  digitalRead(_pin: number, told: (value: number) => void): void {
    const tell = (isActive: boolean) => told(isActive ? this.HIGH : this.LOW);
    // Listened to first: what moves between the two is told twice rather than never.
    this.#ejector.listen(tell, (error) => this.#gone?.(error));
    this.#attempt(() => tell(this.#ejector.read()));
  }

  onGone(gone: (reason: string) => void): void {
    this.#gone = gone;
  }

  release(): void {
    for (const line of [...this.#outputs, this.#ejector]) line.close();
  }

  /** A chip may be unplugged like anything else. Nobody is told from within a call of his own. */
  #attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      setImmediate(() => this.#gone?.(error instanceof Error ? error.message : String(error)));
    }
  }
}
