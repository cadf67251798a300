/**
 * The line protocol of serial CAN adapters, as Lawicel's CAN232 began it and the kernel's slcan driver speaks it; FD frames as the
 * CANable has them. A line ends with a carriage return; a refusal is one octet, BEL.
 */
import { type CanFrame, canFdLengths, canFdPaddedOctets, canIdMax, canLengthCode } from "../can-frame.ts";
import type { ControllerState } from "../can-error-frame.ts";

const carriageReturn = 0x0d;
const bell = 0x07;
/** The longest line is an FD frame of 64 octets: a letter, three digits, a length, 128 digits. What is longer is noise. */
const lineOctetsMax = 1 + 3 + 1 + 128;

/** What is said on the line, by either end. */
export type SlcanMessage =
  | { readonly kind: "frame"; readonly frame: CanFrame }
  /** From the adapter: it has done what it was told; with a letter, a frame. */
  | { readonly kind: "accepted" }
  | { readonly kind: "refused" }
  /** From the adapter: what its controller is, with its error counters. */
  | { readonly kind: "state"; readonly state: ControllerState; readonly received: number; readonly sent: number }
  /** To the adapter. `rate` is the digit of a command that sets a bit rate: S (nominal) or Y (data, in Mbit/s). */
  | { readonly kind: "nominal-rate" | "data-rate"; readonly rate: number }
  | { readonly kind: "open" | "close" }
  /** Anything else. */
  | { readonly kind: "other"; readonly line: string };

/** Digits of the command S, by bits a second. */
export const nominalRateDigits: ReadonlyMap<number, number> = new Map(
  [10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000].map((rate, digit) => [rate, digit]),
);

const stateLetters = { a: "active", w: "active", p: "passive", b: "bus-off" } as const;

/** The line of a frame: t for classic, b for FD with another bit rate for the data. */
export function encodeSlcanFrame({ id, fd, data }: CanFrame): string {
  const identifier = id.toString(16).toUpperCase().padStart(3, "0");
  const length = canLengthCode(data.length).toString(16).toUpperCase();
  let digits = "";
  for (const octet of data) digits += octet.toString(16).toUpperCase().padStart(2, "0");
  return `${fd ? "b" : "t"}${identifier}${length}${digits}\r`;
}

/** Error counters have three digits. */
export function encodeSlcanState(state: ControllerState, received = 0, sent = 0): string {
  const letter = state === "active" ? "a" : state === "passive" ? "p" : "b";
  const counter = (value: number) => Math.min(value, 999).toString().padStart(3, "0");
  return `s${letter}${counter(received)}${counter(sent)}\r`;
}

/** Cuts what comes over the line into messages, whatever comes. */
export class SlcanReader {
  readonly #line: number[] = [];
  #isNoise = false;
  /** Lines that were too long, or no line of this protocol. */
  malformed = 0;

  read(octets: Uint8Array, hear: (message: SlcanMessage) => void): void {
    for (const octet of octets) {
      if (octet === bell) hear({ kind: "refused" });
      else if (octet === carriageReturn) this.#end(hear);
      else if (this.#line.length < lineOctetsMax) this.#line.push(octet);
      else this.#isNoise = true;
    }
  }

  #end(hear: (message: SlcanMessage) => void): void {
    const line = this.#isNoise ? undefined : String.fromCharCode(...this.#line);
    this.#line.length = 0;
    this.#isNoise = false;
    const message = line === undefined ? undefined : messageIn(line);
    if (message === undefined) this.malformed++;
    else hear(message);
  }
}

/** Undefined: what begins like a frame or a state and is none. */
function messageIn(line: string): SlcanMessage | undefined {
  const letter = line[0];
  if (line === "" || line === "z" || line === "Z") return { kind: "accepted" };
  if (letter === "t" || letter === "b" || letter === "d") return frameIn(line);
  if (letter === "s" && line.length === 8) return stateIn(line);
  if (line === "O") return { kind: "open" };
  if (line === "C") return { kind: "close" };
  const rate = /^([SY])([0-9])$/.exec(line);
  if (rate !== null) return { kind: rate[1] === "S" ? "nominal-rate" : "data-rate", rate: Number(rate[2]) };
  return { kind: "other", line };
}

function frameIn(line: string): SlcanMessage | undefined {
  const fd = line[0] !== "t";
  const parts = /^.([0-9A-F]{3})([0-9A-F])((?:[0-9A-F]{2})*)$/i.exec(line);
  if (parts === null) return undefined;
  const [, identifier, code, digits] = parts;
  const id = Number.parseInt(identifier, 16);
  const length = canFdLengths[Number.parseInt(code, 16)];
  if (id > canIdMax || digits.length !== 2 * length || (!fd && length > 8)) return undefined;
  if (fd && canFdPaddedOctets(length) !== length) return undefined;
  const data = Uint8Array.from({ length }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
  return { kind: "frame", frame: { id, fd, data } };
}

function stateIn(line: string): SlcanMessage | undefined {
  const parts = /^s([awpb])(\d{3})(\d{3})$/.exec(line);
  if (parts === null) return undefined;
  const state = stateLetters[parts[1] as keyof typeof stateLetters];
  return { kind: "state", state, received: Number(parts[2]), sent: Number(parts[3]) };
}
