/**
 * Frames as candump writes them, back to records.
 *
 *     2A4#0011223344556677                        a frame: identifier, octets
 *     2A4##10011                                  the same as CAN FD: one digit of flags before the octets
 *     (1700000000.000001) can0 2A4#0011           a line of `candump -L`
 */
import {
  classOf,
  framePart,
  partOf,
  recordClass,
  recordClassNames,
  slotOf,
} from "../../firmware/backplane/frame-identifier.ts";
import { Reassembler } from "../../firmware/backplane/segmentation.ts";
import { fail, ok, type Result } from "../../firmware/result.ts";
import { octetsFromHex } from "./hexadecimal.ts";
import type { RecordClassName } from "./record-tree.ts";

/** A frame of the backplane as it was on a plane. */
export interface BusFrame {
  /** The plane, or the interface that stands for it; "" where nobody says which. */
  readonly plane: string;
  readonly identifier: number;
  readonly fd: boolean;
  readonly octets: Uint8Array;
}

export interface LoggedFrame extends BusFrame {
  /** Characters from the start of the text. */
  readonly offset: number;
}

export interface WholeRecord {
  readonly record: Uint8Array;
  /** Of the record among those of its sender and class, modulo 256; a heartbeat has none. */
  readonly sequence?: number;
}

/** A record as its frames say it, or the frames that do not make one. */
export interface LoggedRecord<F extends BusFrame> {
  readonly name: RecordClassName;
  readonly slot: number;
  /** The frame that made it whole, or showed that it cannot be. */
  readonly frame: F;
  /** Undefined when frames are missing or do not belong together. */
  readonly whole: WholeRecord | undefined;
}

/** Identifiers have 11 bits. */
export const identifierMax = (recordClassNames.length << 8) - 1;
const frameText = /^([0-9A-Fa-f]{1,8})#(#[0-9A-Fa-f])?([0-9A-Fa-f.]*)$/;

/** Whether the text is meant as frames rather than as octets. */
export function isCandump(text: string): boolean {
  return text.includes("#");
}

/** All frames of the text. The error is a sentence for the person who typed them. */
export function framesFrom(text: string): Result<readonly LoggedFrame[], string> {
  const frames: LoggedFrame[] = [];
  let plane = "";
  for (const { 0: word, index: offset } of text.matchAll(/\S+/g)) {
    if (!word.includes("#")) {
      // A time stamp, or the interface of the frame after it.
      plane = word;
      continue;
    }
    const match = frameText.exec(word);
    if (match === null) return fail(`Not a frame: ${JSON.stringify(word)}.`);
    const octets = octetsFromHex(match[3].replaceAll(".", ""));
    if (!octets.ok) return fail(`${word}: ${octets.error}`);
    const identifier = Number.parseInt(match[1], 16);
    if (identifier > identifierMax) return fail(`${word}: identifiers of the backplane have 11 bits.`);
    frames.push({ offset, plane, identifier, fd: match[2] !== undefined, octets: octets.value });
  }
  return ok(frames);
}

/** The frames of one class and sender on one plane. */
interface Stream<F extends BusFrame> {
  readonly reassembler: Reassembler;
  /** What the last frame left: nothing, a record that wants more frames, or the remains of one that is lost. */
  state: "idle" | "pending" | "lost";
  last: LoggedRecord<F>;
}

/** Puts records together from frames as they come, of whatever planes, classes and senders. */
export class RecordAssembly<F extends BusFrame> {
  readonly #streams = new Map<string, Stream<F>>();

  /** The records that this frame makes whole, or shows to be lost: none, one, or one that was left unfinished and its own. */
  frame(frame: F): readonly LoggedRecord<F>[] {
    const { plane, identifier, fd, octets } = frame;
    const [classNumber, slot, part] = [classOf(identifier), slotOf(identifier), partOf(identifier)];
    const last: LoggedRecord<F> = { name: recordClassNames[classNumber], slot, frame, whole: undefined };
    // A heartbeat is its frame: no sequence, no parts.
    if (classNumber === recordClass.heartbeat) return [{ ...last, whole: { record: octets } }];
    const key = `${plane} ${classNumber} ${slot} ${fd}`;
    const stream: Stream<F> = this.#streams.get(key) ?? {
      reassembler: new Reassembler(classNumber, slot, fd ? 64 : 8),
      state: "idle",
      last,
    };
    this.#streams.set(key, stream);
    const isStart = part === framePart.whole || part === framePart.first;
    const records = isStart && stream.state === "pending" ? [stream.last] : [];
    const { reassembler } = stream;
    const result = reassembler.frame(part, octets);
    if (result === "record")
      records.push({ ...last, whole: { sequence: reassembler.sequence, record: reassembler.record() } });
    // The frames that follow a loss say nothing new.
    else if (result === "broken" && (isStart || stream.state !== "lost")) records.push(last);
    stream.state = result === "record" ? "idle" : result === "pending" ? "pending" : "lost";
    stream.last = last;
    return records;
  }

  /** Those that want more frames: no more come. */
  unfinished(): readonly LoggedRecord<F>[] {
    return [...this.#streams.values()].flatMap(({ state, last }) => (state === "pending" ? [last] : []));
  }
}

/** The records that the frames make, in the order in which they became whole or were lost; at the end those left unfinished. */
export function recordsFrom<F extends BusFrame>(frames: readonly F[]): readonly LoggedRecord<F>[] {
  const assembly = new RecordAssembly<F>();
  const records = frames.flatMap((frame) => assembly.frame(frame));
  return [...records, ...assembly.unfinished()];
}
