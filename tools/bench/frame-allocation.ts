/** What is allocated for a frame as such: what belongs to the record that it is a part of is not in it. */
import { FrameReception } from "../../firmware/backplane/frame-reception.ts";
import { FrameTransmission, planes } from "../../firmware/backplane/frame-transmission.ts";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import { segment } from "../../firmware/backplane/segmentation.ts";
import type { CanFrame } from "../../hal/can-frame.ts";
import { CanFramePool } from "../../hal/can-frame-pool.ts";
import { readCardRecording } from "./card-recording.ts";
import { heapGrowth, heapGrowthFlags } from "./heap-growth.ts";
import { answer, ask } from "./own-process.ts";
import { CommunicationReplay } from "./recorded-communication.ts";

/** Octets. */
export interface FrameAllocation {
  /** A frame of a record, sent on both planes. */
  readonly sent: number;
  /** A frame of a record, heard on one plane. */
  readonly heard: number;
  /** A beat, heard on one plane by a card in service. */
  readonly beat: number;
}

const slot = 1;
const framesABurst = 100;
const bursts = 1000;
/** On classic CAN the first of several frames has four octets of the record, and every other has seven. */
const recordOfManyFrames = new Uint8Array(5 + 7 * (framesABurst - 1)).fill(1);

interface Question {
  /** Written by `writeCardRecording`. */
  readonly recording: string;
  readonly what: keyof FrameAllocation;
}

/** @param recording of a call server that is backup, written by `writeCardRecording` */
export function frameAllocation(recording: string): FrameAllocation {
  const asked = (what: Question["what"]) => ask(import.meta.filename, heapGrowthFlags, { recording, what }) as number;
  return { sent: asked("sent"), heard: asked("heard"), beat: asked("beat") };
}

const measures: Readonly<Record<keyof FrameAllocation, (recording: string) => Promise<number>>> = {
  sent: async () => (await heapGrowth(sendings)) / (bursts * framesABurst),
  heard: async () => (await heapGrowth(hearings)) / (bursts * framesABurst),
  beat: async (recording) => {
    const { communication } = readCardRecording(recording);
    let beats = 0;
    const octets = await heapGrowth(() => {
      const replay = new CommunicationReplay(communication);
      replay.carryAllCalls();
      const { count, hear } = replay.beatsAgain();
      beats = count;
      return hear;
    });
    return octets / beats;
  },
};

/** Records go out, and the ports confirm them. */
function sendings(): () => void {
  const inPort: CanFrame[][] = [[], []];
  const transmission = new FrameTransmission(slot, 8, 1, (plane, frame) => {
    inPort[plane][counts[plane]++] = frame;
    return "queued";
  });
  const counts = [0, 0];
  transmission.quiet = false;
  const send = () => {
    counts.fill(0);
    transmission.send(recordClass.input, recordOfManyFrames, inPort, 1);
    for (const plane of planes) {
      transmission.transmitted(plane, inPort[plane]);
      transmission.takeConfirmed(plane, recordClass.input, inPort);
    }
  };
  send();
  return () => {
    for (let burst = 0; burst < bursts; burst++) send();
  };
}

/** Records of which the last frame never comes. */
function hearings(): () => void {
  const frames: CanFrame[] = [];
  segment(recordOfManyFrames, recordClass.input, slot, 0, 8, frames, new CanFramePool());
  const begun = frames.slice(0, -1);
  const reception = new FrameReception(8);
  const hear = (now: number) => {
    for (const plane of planes) {
      for (const frame of begun) if (reception.isBelieved(slot, plane, now)) reception.frame(plane, frame, now);
    }
  };
  hear(0.5);
  return () => {
    for (let burst = 0; burst < bursts / planes.length; burst++) hear(burst + 0.5);
  };
}

answer(import.meta.filename, (question) => {
  const { what, recording } = question as Question;
  return measures[what](recording);
});
