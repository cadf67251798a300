/** A controller that speaks Firmata (protocol version 2.6): what a standard sketch answers a host that uses digital pins. */

const pinCount = 20;
/** Analog inputs; the others have no analog channel. */
const firstAnalogPin = 14;
const modes = { input: 0, output: 1 };
const sysex = { start: 0xf0, end: 0xf7, firmware: 0x79, capabilities: 0x6b, analogMapping: 0x69 };

export class FakeFirmata {
  readonly #send: (octets: Uint8Array) => void;
  readonly #modes = new Map<number, number>();
  /** Levels by pin: of outputs what was set, of inputs what the wires say. */
  readonly #levels = new Uint8Array(pinCount);
  readonly #reported = new Set<number>();
  #command: number[] = [];
  /** Changes of outputs that the host has ordered, and orders that changed nothing. */
  settings = 0;

  constructor(send: (octets: Uint8Array) => void) {
    this.#send = send;
  }

  /** After a reset the sketch says who it is by itself. */
  start(): void {
    this.#version();
    this.#firmware();
  }

  level(pin: number): number {
    return this.#levels[pin];
  }

  mode(pin: number): number | undefined {
    return this.#modes.get(pin);
  }

  /** The wire at an input changes. */
  drive(pin: number, level: number): void {
    this.#levels[pin] = level;
    this.report(pin >> 3);
  }

  /** All inputs of a port of eight pins are told at once. */
  report(port: number): void {
    if (!this.#reported.has(port)) return;
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      if (this.#modes.get(pin) === modes.input && this.#levels[pin] === 1) bits |= 1 << bit;
    }
    this.#send(Uint8Array.of(0x90 | port, bits & 0x7f, bits >> 7));
  }

  hear(octets: Uint8Array): void {
    for (const octet of octets) {
      if (octet >= 0x80 && octet !== sysex.end) this.#command = [];
      this.#command.push(octet);
      this.#obey(this.#command);
    }
  }

  #obey(command: readonly number[]): void {
    const [first, second, third] = command;
    if (first === sysex.start) {
      if (command.at(-1) === sysex.end) this.#answer(second);
    } else if (first === 0xf9) this.#version();
    else if (first === 0xf4 && command.length === 3) this.#modes.set(second, third);
    else if ((first & 0xf0) === 0xd0 && command.length === 2) this.#reporting(first & 0x0f, second === 1);
    else if ((first & 0xf0) === 0x90 && command.length === 3) this.#set(first & 0x0f, second | (third << 7));
  }

  #set(port: number, bits: number): void {
    this.settings++;
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      if (this.#modes.get(pin) === modes.output) this.#levels[pin] = (bits >> bit) & 1;
    }
  }

  #reporting(port: number, isOn: boolean): void {
    if (!isOn) this.#reported.delete(port);
    else this.#reported.add(port);
    this.report(port);
  }

  #answer(query: number): void {
    const pins = Array.from({ length: pinCount }, (_, pin) => pin);
    if (query === sysex.firmware) this.#firmware();
    else if (query === sysex.capabilities) {
      // By pin: mode and resolution in bits, then an end. Every pin does input and output, none PWM.
      this.#say(0x6c, ...pins.flatMap(() => [modes.input, 1, modes.output, 1, 0x7f]));
    } else if (query === sysex.analogMapping) {
      this.#say(0x6a, ...pins.map((pin) => (pin < firstAnalogPin ? 0x7f : pin - firstAnalogPin)));
    }
  }

  #version(): void {
    this.#send(Uint8Array.of(0xf9, 2, 6));
  }

  #firmware(): void {
    this.#say(sysex.firmware, 2, 6, ...[..."fake"].flatMap((letter) => [letter.charCodeAt(0) & 0x7f, 0]));
  }

  #say(...octets: readonly number[]): void {
    this.#send(Uint8Array.of(sysex.start, ...octets, sysex.end));
  }
}
