/**
 * Lines of candump, of a log file and of the screen:
 *
 *     (1700000000.000001) can0 2A4#0011                       candump -l, candump -L
 *     (1700000000.000001) can0 2A4##10011                     the same as CAN FD: one digit of flags before the octets
 *     (1700000000.000001)  can0  2A4   [2]  00 11             candump -t a; a time of another kind, or none, will do
 *     (1700000000.000001)  can0  RX - -  2A4  [02]  00 11     candump -x; the length of an FD frame has two digits
 */
import { fail, ok, type Result } from "../../firmware/result.ts";
import { identifierMax } from "../decode/candump.ts";
import { octetsFromHex } from "../decode/hexadecimal.ts";
import type { TimedFrame } from "./timed-frame.ts";

/** A line that is one of candump's and has no frame of the backplane: an extended identifier, a remote or an error frame, nothing. */
export type OtherLine = "other" | "blank";

const timeText = String.raw`(?:\(\s*([^)]*)\)\s+)?`;
const logLine = new RegExp(
  `^\\s*${timeText}(\\S+)\\s+([0-9A-Fa-f]+)#(#[0-9A-Fa-f])?(R?[0-9A-Fa-f.]*)(?:\\s+[RT])?\\s*$`,
);
const screenLine = new RegExp(
  `^\\s*${timeText}(\\S+)\\s+(?:[RT]X\\s+[B-]\\s+[E-]\\s+)?([0-9A-Fa-f]+)\\s+\\[(\\d+)\\]\\s*(.*)$`,
);
/** Shown beside the octets with candump -a, or what candump -e says of an error frame. */
const besideOctets = /\s{2,}\S.*$|\s*'.*$/;
const microsPerSecond = 1_000_000;
const fdOctetsMax = 64;
const classicOctetsMax = 8;

/** What a line says. The error is a sentence. */
export function frameInLine(line: string): Result<TimedFrame | OtherLine, string> {
  if (line.trim() === "") return ok("blank");
  const log = logLine.exec(line);
  if (log !== null) {
    const [, time, plane, identifier, flags, data] = log;
    return frameOf(time, plane, identifier, flags !== undefined, data.replaceAll(".", ""));
  }
  const screen = screenLine.exec(line);
  if (screen === null) return fail(`not a line of candump: ${shown(line)}.`);
  const [, time, plane, identifier, length, data] = screen;
  if (data.includes("remote")) return ok("other");
  const octets = data.replace(besideOctets, "").replaceAll(" ", "");
  if (octets.length !== 2 * Number(length)) return fail(`${length} octets were announced: ${shown(line)}.`);
  return frameOf(time, plane, identifier, length.length > 1, octets);
}

/** A frame as `candump -l` writes it. */
export function lineOfFrame({ micros, plane, identifier, fd, octets }: TimedFrame): string {
  const whole = Math.floor((micros ?? 0) / microsPerSecond);
  const fraction = String(Math.floor((micros ?? 0) % microsPerSecond)).padStart(6, "0");
  const name = identifier.toString(16).toUpperCase().padStart(3, "0");
  const data = Array.from(octets, (octet) => octet.toString(16).toUpperCase().padStart(2, "0")).join("");
  // The bit-rate switch is the first flag of an FD frame.
  return `(${String(whole).padStart(10, "0")}.${fraction}) ${plane} ${name}${fd ? "##1" : "#"}${data}`;
}

function frameOf(
  time: string | undefined,
  plane: string,
  identifierText: string,
  fd: boolean,
  data: string,
): Result<TimedFrame | OtherLine, string> {
  // Eight digits are an extended identifier, or an error frame.
  if (data.startsWith("R") || identifierText.length > 3) return ok("other");
  const octets = octetsFromHex(data);
  if (!octets.ok) return fail(`${identifierText}: ${octets.error}`);
  const identifier = Number.parseInt(identifierText, 16);
  if (identifier > identifierMax) return fail(`${identifierText}: identifiers of the backplane have 11 bits.`);
  const most = fd ? fdOctetsMax : classicOctetsMax;
  if (octets.value.length > most) return fail(`${identifierText}: a frame has ${most} octets at most.`);
  return ok({ plane, identifier, fd, octets: octets.value, micros: microsOf(time) });
}

/** Seconds, since the epoch or since anything; undefined for what is none. */
function microsOf(time: string | undefined): number | undefined {
  if (time === undefined || time.trim() === "") return undefined;
  const seconds = /^(\d+)\.(\d{1,9})$/.exec(time.trim());
  if (seconds !== null) return Number(seconds[1]) * microsPerSecond + Number(seconds[2].padEnd(6, "0").slice(0, 6));
  const millis = Date.parse(
    `${time
      .trim()
      .replace(" ", "T")
      .replace(/\.\d+$/, "")}Z`,
  );
  if (Number.isNaN(millis)) return undefined;
  return millis * 1000 + Number((/\.(\d+)$/.exec(time.trim())?.[1] ?? "0").padEnd(6, "0").slice(0, 6));
}

/** What was found, in a few words. */
function shown(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line);
}
