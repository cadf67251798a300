/** Follows the frames of one or two planes and tells what they say, a line a record. */
import { toHex } from "../../firmware/isup/format-codec.ts";
import { type LoggedRecord, RecordAssembly } from "../decode/candump.ts";
import { type RecordClassName, recordTree } from "../decode/record-tree.ts";
import { type RecordText, RecordTexts } from "./record-text.ts";
import type { TimedFrame } from "./timed-frame.ts";

export interface TraceOptions {
  /** What is shown; nothing said: all slots, all classes. */
  readonly slots: ReadonlySet<number>;
  readonly classes: ReadonlySet<RecordClassName>;
  /** Only what carries ISUP, or concerns gateways; both: either of them. */
  readonly isup: boolean;
  readonly mgcp: boolean;
  readonly beats: boolean;
  /** Also the second copy of a record, from the other plane. */
  readonly copies: boolean;
  readonly json: boolean;
  circuitName(circuit: number): string;
}

/** The second copy of a record is at most this far behind the first. */
const copyWithinMicros = 1_000_000;
const copiesRemembered = 1024;

export class Tracer {
  readonly #options: TraceOptions;
  readonly #assembly = new RecordAssembly<TimedFrame>();
  readonly #texts: RecordTexts;
  /** The records heard last, by what they are: the plane and the time. */
  readonly #heard = new Map<string, { readonly plane: string; readonly micros: number }>();
  /** Records that frames were missing of. */
  lost = 0;

  constructor(options: TraceOptions) {
    this.#options = options;
    this.#texts = new RecordTexts(options);
  }

  /** The lines that this frame brings, without their ends. */
  frame(frame: TimedFrame): readonly string[] {
    return this.#assembly.frame(frame).flatMap((record) => this.#line(record));
  }

  /** What is left when no more frames come. */
  end(): readonly string[] {
    return this.#assembly.unfinished().flatMap((record) => this.#line(record));
  }

  #line(logged: LoggedRecord<TimedFrame>): readonly string[] {
    const { name, slot, whole, frame } = logged;
    if (whole === undefined) this.lost++;
    const said: RecordText =
      whole === undefined
        ? { text: "frames are missing", isup: false, mgcp: false }
        : this.#texts.read(name, slot, whole.record);
    if (!this.#isWanted(logged, said)) return [];
    if (whole !== undefined && this.#isCopy(logged) && !this.#options.copies) return [];
    return [this.#options.json ? jsonLine(logged, said) : textLine(frame, name, slot, said)];
  }

  #isWanted({ name, slot }: LoggedRecord<TimedFrame>, said: RecordText): boolean {
    const { slots, classes, isup, mgcp, beats } = this.#options;
    if (slots.size > 0 && !slots.has(slot)) return false;
    if (classes.size > 0 ? !classes.has(name) : name === "heartbeat" && !beats) return false;
    return (!isup && !mgcp) || (isup && said.isup) || (mgcp && said.mgcp);
  }

  /** Whether the other plane has brought it already. Beats have no number; each is shown. */
  #isCopy({ name, slot, whole, frame }: LoggedRecord<TimedFrame>): boolean {
    if (whole?.sequence === undefined) return false;
    const key = `${name} ${slot} ${whole.sequence} ${toHex(whole.record)}`;
    const micros = frame.micros ?? 0;
    const before = this.#heard.get(key);
    if (before !== undefined && before.plane !== frame.plane && micros - before.micros < copyWithinMicros) {
      this.#heard.delete(key);
      return true;
    }
    this.#heard.set(key, { plane: frame.plane, micros });
    if (this.#heard.size > copiesRemembered) {
      for (const oldest of this.#heard.keys()) {
        this.#heard.delete(oldest);
        break;
      }
    }
    return false;
  }
}

function textLine({ micros, plane }: TimedFrame, name: RecordClassName, slot: number, { text }: RecordText): string {
  return `${timeText(micros)} ${plane.padEnd(2)} ${String(slot).padStart(2)} ${name.padEnd(10)} ${text}`;
}

function jsonLine({ frame, name, slot, whole }: LoggedRecord<TimedFrame>, { text }: RecordText): string {
  const defects: string[] = [];
  const tree =
    whole &&
    recordTree(name, whole.record, (subject, { kind, offset }) => {
      defects.push(`${subject}: ${kind} at offset ${offset}`);
    });
  return JSON.stringify({
    ...(frame.micros !== undefined && { time: frame.micros / microsPerSecond }),
    ...{ plane: frame.plane, slot, class: name, text },
    ...(whole?.sequence !== undefined && { recordSequence: whole.sequence }),
    ...(whole === undefined && { lost: true }),
    ...(tree !== undefined && { record: tree }),
    ...(defects.length > 0 && { defects }),
  });
}

const microsPerSecond = 1_000_000;
/** Times before this are not since the epoch. */
const epochSecondsMin = 100_000_000;

/** Time of day (UTC), or seconds since whatever the log counts from. */
function timeText(micros: number | undefined): string {
  if (micros === undefined) return "-".padEnd(15);
  const seconds = Math.floor(micros / microsPerSecond);
  const fraction = String(Math.floor(micros % microsPerSecond)).padStart(6, "0");
  if (seconds < epochSecondsMin) return `${String(seconds).padStart(8)}.${fraction}`;
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)}.${fraction}`;
}
