/** What the calls cost the planes, from two readings of a plane. */
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import type { PlaneReading } from "./plane.ts";

export interface PlaneLoad {
  readonly plane: string;
  readonly seconds: number;
  /** Share of the time in which the wire would be busy: nominal and data bits at their bit rates. */
  readonly loadPercent: number;
  /** Of which heartbeats. */
  readonly heartbeatPercent: number;
  /** Bits between the readings: heartbeats, what brings inserted cards up to date, management, and the rest, which is for the calls. */
  readonly bits: Readonly<Record<"heartbeats" | "resynchronisation" | "enquiries" | "calls", number>>;
  readonly frames: number;
  readonly errors: number;
}

export function planeLoad(before: PlaneReading, after: PlaneReading): PlaneLoad {
  const seconds = (after.atMicros - before.atMicros) / 1_000_000;
  const grown = (name: "nominalBits" | "dataBits" | "frames", frameClass: number) =>
    (after[name][frameClass] ?? 0) - (before[name][frameClass] ?? 0);
  const bits = { heartbeats: 0, resynchronisation: 0, enquiries: 0, calls: 0 };
  const busy = { heartbeats: 0, all: 0 };
  let frames = 0;
  for (let frameClass = 0; frameClass < after.frames.length; frameClass++) {
    const nominal = grown("nominalBits", frameClass);
    const data = grown("dataBits", frameClass);
    const time = nominal / after.bitRate + data / after.dataBitRate;
    const kind = kindOf(frameClass);
    bits[kind] += nominal + data;
    busy.all += time;
    if (kind === "heartbeats") busy.heartbeats += time;
    frames += grown("frames", frameClass);
  }
  const percent = (time: number) => (seconds > 0 ? (100 * time) / seconds : 0);
  return {
    plane: after.plane,
    seconds,
    loadPercent: percent(busy.all),
    heartbeatPercent: percent(busy.heartbeats),
    bits,
    frames,
    errors: after.errors - before.errors,
  };
}

function kindOf(frameClass: number): keyof PlaneLoad["bits"] {
  if (frameClass === recordClass.heartbeat) return "heartbeats";
  if (frameClass === recordClass.bulk) return "enquiries";
  return frameClass === recordClass.resynchronisation ? "resynchronisation" : "calls";
}
