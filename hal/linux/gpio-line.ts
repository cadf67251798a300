/**
 * Lines of the kernel's GPIO character devices, by version 2 of their interface (linux/gpio.h). A line is asked for by itself, and has
 * a descriptor of its own then.
 */
import type { DeviceCalls } from "./device-calls.ts";

export interface GpioLineAddress {
  /** The label of the chip, or the path of its device. */
  readonly chip: string;
  readonly line: number;
  readonly activeLow: boolean;
}

/** Requests and structures of linux/gpio.h; sizes and places in octets. */
export const gpioInterface = {
  chipInformation: { request: 0x8044b401, octets: 68, labelAt: 32, labelOctets: 32, linesAt: 64 },
  line: { request: 0xc250b407, octets: 592, consumerAt: 256, flagsAt: 288, linesAt: 560, descriptorAt: 588 },
  getValues: { request: 0xc010b40e },
  setValues: { request: 0xc010b40f },
  values: { octets: 16, bitsAt: 0, maskAt: 8 },
  event: { octets: 48, kindAt: 8, rising: 1, falling: 2 },
  flags: { activeLow: 1 << 1, input: 1 << 2, output: 1 << 3, rising: 1 << 4, falling: 1 << 5, pullUp: 1 << 8 },
} as const;

const devices = "/dev/gpiochip";
/** As `gpioinfo` shows it. */
const consumer = "tandem";
const eventsAtOnce = 16;

/** A line that is asked for. */
export interface GpioLine {
  /** An output; throws a sentence where the kernel refuses. */
  write(isActive: boolean): void;
  read(): boolean;
  /** An input: what becomes of it, with each edge. @param failed the name of the error that ended it */
  listen(changed: (isActive: boolean) => void, failed: (error: string) => void): void;
  close(): void;
}

/**
 * Asks for a line: as an output that is not active, or as an input. Throws a sentence where it cannot be had.
 *
 * A contact of an input switches to ground: it is pulled up here, where the chip can, and by the board where not.
 */
export function requestGpioLine(calls: DeviceCalls, address: GpioLineAddress, direction: "input" | "output"): GpioLine {
  const { flags, line } = gpioInterface;
  const path = chipPath(calls, address.chip);
  const chip = calls.open(path);
  if (typeof chip === "string") throw new Error(`the GPIO chip ${path} cannot be opened: ${chip}`);
  const view = new DataView(new ArrayBuffer(line.octets));
  const octets = new Uint8Array(view.buffer);
  octets.set(new TextEncoder().encode(consumer), line.consumerAt);
  const asInput = flags.input | flags.rising | flags.falling | flags.pullUp;
  const wanted = (direction === "input" ? asInput : flags.output) | (address.activeLow ? flags.activeLow : 0);
  view.setUint32(0, address.line, true);
  view.setBigUint64(line.flagsAt, BigInt(wanted), true);
  view.setUint32(line.linesAt, 1, true);
  const error = calls.control(chip, line.request, octets);
  calls.close(chip);
  const name = `line ${address.line} of the GPIO chip ${address.chip}`;
  if (error !== undefined) throw new Error(`${name} cannot be had: ${reasons[error] ?? error}`);
  return new RequestedLine(calls, view.getInt32(line.descriptorAt, true), name);
}

const reasons: Readonly<Record<string, string>> = {
  EBUSY: "something else uses it",
  EINVAL: "the chip has no such line",
};

/** The device of a chip; throws a sentence where there is none. */
function chipPath(calls: DeviceCalls, chip: string): string {
  if (chip.startsWith("/")) return chip;
  const labels: string[] = [];
  for (const path of calls.list(devices)) {
    const label = chipLabel(calls, path);
    if (label === chip) return path;
    labels.push(label);
  }
  const found = labels.length === 0 ? "there is none at all" : `there are ${labels.join(", ")}`;
  throw new Error(`there is no GPIO chip ${chip}: ${found}`);
}

function chipLabel(calls: DeviceCalls, path: string): string {
  const { request, octets, labelAt, labelOctets } = gpioInterface.chipInformation;
  const chip = calls.open(path);
  if (typeof chip === "string") return `${path} (${chip})`;
  const information = new Uint8Array(octets);
  const error = calls.control(chip, request, information);
  calls.close(chip);
  if (error !== undefined) return `${path} (${error})`;
  return new TextDecoder().decode(information.subarray(labelAt, labelAt + labelOctets)).replace(/\0.*$/s, "");
}

class RequestedLine implements GpioLine {
  readonly #calls: DeviceCalls;
  readonly #descriptor: number;
  readonly #name: string;
  readonly #view = new DataView(new ArrayBuffer(gpioInterface.values.octets));
  #unwatch: (() => void) | undefined;
  #isClosed = false;

  constructor(calls: DeviceCalls, descriptor: number, name: string) {
    this.#calls = calls;
    this.#descriptor = descriptor;
    this.#name = name;
  }

  write(isActive: boolean): void {
    this.#values(gpioInterface.setValues.request, isActive);
  }

  read(): boolean {
    return this.#values(gpioInterface.getValues.request, false);
  }

  #values(request: number, isActive: boolean): boolean {
    const { bitsAt, maskAt } = gpioInterface.values;
    this.#view.setBigUint64(bitsAt, isActive ? 1n : 0n, true);
    this.#view.setBigUint64(maskAt, 1n, true);
    const error = this.#calls.control(this.#descriptor, request, new Uint8Array(this.#view.buffer));
    if (error !== undefined) throw new Error(`${this.#name} has failed: ${error}`);
    return this.#view.getBigUint64(bitsAt, true) === 1n;
  }

  listen(changed: (isActive: boolean) => void, failed: (error: string) => void): void {
    const events = new Uint8Array(eventsAtOnce * gpioInterface.event.octets);
    const view = new DataView(events.buffer);
    const { octets, kindAt, rising } = gpioInterface.event;
    const end = (error: string) => {
      this.close();
      failed(`${this.#name} has failed: ${error}`);
    };
    const watching = this.#calls.watch(this.#descriptor, () => {
      const read = this.#calls.read(this.#descriptor, events);
      if (typeof read === "string") return end(read);
      for (let at = 0; at + octets <= read; at += octets) changed(view.getUint32(at + kindAt, true) === rising);
    });
    if (typeof watching === "string") throw new Error(`${this.#name} cannot be watched: ${watching}`);
    this.#unwatch = watching;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch?.();
    this.#calls.close(this.#descriptor);
  }
}
