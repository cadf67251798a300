/**
 * GPIO character devices at the boundary of the kernel's calls, as drivers/gpio/gpiolib-cdev.c answers them. Written from
 * linux/gpio.h by itself: it shares no numbers with what it tests.
 */
import type { DeviceCalls } from "../../../hal/linux/device-calls.ts";

interface Line {
  readonly offset: number;
  readonly flags: bigint;
  readonly events: Uint8Array[];
  onReadable?: () => void;
}

const activeLow = 2n;
const input = 4n;
const output = 8n;
const risingEdge = 16n;
const fallingEdge = 32n;
const knownFlags = 0x1fffn;

export class FakeGpioChip {
  readonly label: string;
  readonly path: string;
  readonly #levels: Uint8Array;
  /** By descriptor: the chip itself, or one of its lines. */
  readonly #open = new Map<number, Line | "chip">();
  #nextDescriptor = 100;
  #isUnplugged = false;
  settings = 0;

  constructor(path: string, label: string, lines: number) {
    this.path = path;
    this.label = label;
    this.#levels = new Uint8Array(lines);
  }

  /** Electrical level of a line. */
  level(offset: number): number {
    return this.#levels[offset];
  }

  /** Lines that are asked for, with their flags. */
  get lines(): ReadonlyMap<number, bigint> {
    return new Map(this.#lines().map(({ offset, flags }) => [offset, flags]));
  }

  /** Somebody outside sets a line to a level. A line that has it already has no edge. */
  drive(offset: number, level: number): void {
    if (this.#levels[offset] === level) return;
    this.#levels[offset] = level;
    const line = this.#lines().find((each) => each.offset === offset);
    if (line === undefined) return;
    const isActive = (level === 1) !== ((line.flags & activeLow) !== 0n);
    if ((line.flags & (isActive ? risingEdge : fallingEdge)) !== 0n) this.#event(line, isActive ? 1 : 2);
  }

  /** An edge that was so short that the line is where it was. */
  twitch(offset: number): void {
    const level = this.#levels[offset];
    this.drive(offset, 1 - level);
    this.drive(offset, level);
  }

  unplug(): void {
    this.#isUnplugged = true;
    for (const line of this.#lines()) this.#wake(line);
  }

  #lines(): readonly Line[] {
    return [...this.#open.values()].filter((each) => each !== "chip");
  }

  #event(line: Line, kind: number): void {
    const event = new DataView(new ArrayBuffer(48));
    event.setUint32(8, kind, true);
    event.setUint32(12, line.offset, true);
    line.events.push(new Uint8Array(event.buffer));
    this.#wake(line);
  }

  #wake(line: Line): void {
    setImmediate(() => {
      if ((line.events.length > 0 || this.#isUnplugged) && [...this.#open.values()].includes(line)) line.onReadable?.();
    });
  }

  readonly calls: DeviceCalls = {
    list: (beginning) => (this.path.startsWith(beginning) ? [this.path] : []),
    open: (path) => {
      if (path !== this.path) return "ENOENT";
      return this.#take("chip");
    },
    control: (descriptor, request, argument) => {
      const opened = this.#open.get(descriptor);
      if (opened === undefined) return "EBADF";
      if (this.#isUnplugged) return "ENODEV";
      const direction = request >>> 30;
      if (argument.length < ((request >>> 16) & 0x3fff) || ((request >>> 8) & 0xff) !== 0xb4) return "EINVAL";
      const view = new DataView(argument.buffer, argument.byteOffset, argument.length);
      const call = request & 0xff;
      if (opened === "chip") {
        if (call === 1 && direction === 2) return this.#tellChip(argument, view);
        return call === 7 && direction === 3 ? this.#request(view) : "EINVAL";
      }
      if ((call !== 0x0e && call !== 0x0f) || direction !== 3 || view.getBigUint64(8, true) !== 1n) return "EINVAL";
      const isLow = (opened.flags & activeLow) !== 0n;
      if (call === 0x0e) {
        view.setBigUint64(0, BigInt(this.#levels[opened.offset] ^ (isLow ? 1 : 0)), true);
        return undefined;
      }
      if ((opened.flags & output) === 0n) return "EPERM";
      this.settings++;
      this.#levels[opened.offset] = Number(view.getBigUint64(0, true) & 1n) ^ (isLow ? 1 : 0);
      return undefined;
    },
    read: (descriptor, into) => {
      const opened = this.#open.get(descriptor);
      if (opened === undefined || opened === "chip") return "EBADF";
      if (this.#isUnplugged) return "ENODEV";
      if (into.length < 48) return "EINVAL";
      let octets = 0;
      while (opened.events.length > 0 && octets + 48 <= into.length) {
        into.set(opened.events.shift() as Uint8Array, octets);
        octets += 48;
      }
      if (opened.events.length > 0) this.#wake(opened);
      return octets;
    },
    write: () => "EINVAL",
    watch: (descriptor, onReadable) => {
      const opened = this.#open.get(descriptor);
      if (opened === undefined || opened === "chip") return "EBADF";
      opened.onReadable = onReadable;
      this.#wake(opened);
      return () => {
        delete opened.onReadable;
      };
    },
    close: (descriptor) => {
      this.#open.delete(descriptor);
    },
  };

  /** Descriptors that are open. */
  get openDescriptors(): number {
    return this.#open.size;
  }

  #take(what: Line | "chip"): number {
    this.#open.set(this.#nextDescriptor, what);
    return this.#nextDescriptor++;
  }

  #tellChip(argument: Uint8Array, view: DataView): undefined {
    argument.set(new TextEncoder().encode("gpiochip0"), 0);
    argument.set(new TextEncoder().encode(this.label), 32);
    view.setUint32(64, this.#levels.length, true);
  }

  #request(view: DataView): string | undefined {
    const offset = view.getUint32(0, true);
    const flags = view.getBigUint64(288, true);
    const attributes = view.getUint32(296, true);
    const count = view.getUint32(560, true);
    if (count !== 1 || attributes !== 0 || offset >= this.#levels.length) return "EINVAL";
    if ((flags & ~knownFlags) !== 0n || ((flags & input) !== 0n) === ((flags & output) !== 0n)) return "EINVAL";
    // What an input alone may have: edges.
    if ((flags & output) !== 0n && (flags & (risingEdge | fallingEdge)) !== 0n) return "EINVAL";
    if (this.#lines().some((line) => line.offset === offset)) return "EBUSY";
    if ((flags & output) !== 0n) this.#levels[offset] = (flags & activeLow) !== 0n ? 1 : 0;
    // Pulled up where nothing else drives it.
    else if ((flags & 0x100n) !== 0n && !this.#driven.has(offset)) this.#levels[offset] = 1;
    view.setInt32(588, this.#take({ offset, flags, events: [] }), true);
    return undefined;
  }

  readonly #driven = new Set<number>();

  /** A contact is wired to a line, at this level. */
  wire(offset: number, level: number): void {
    this.#driven.add(offset);
    this.#levels[offset] = level;
  }
}
