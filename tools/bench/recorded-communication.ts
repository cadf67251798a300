/** What happened to a communication processor of a simulated rack, to be lived through again by a new one. */
import { type CommunicationOptions, CommunicationProcessor } from "../../firmware/backplane/communication-processor.ts";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import { FrameQueue } from "../../firmware/backplane/frame-queue.ts";
import type { Plane } from "../../firmware/backplane/frame-transmission.ts";
import type { Micros } from "../../firmware/time.ts";
import { type CanFrame, canClasses, canClassOf } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import type { Clock } from "../../hal/clock.ts";
import type { SimulatedCard } from "../simulator/simulated-card.ts";

/** What a card does with its communication processor in the undisturbed life of a rack. */
const methods = ["frames", "transmitted", "writable", "application", "management", "drained", "tick"] as const;

interface RecordedCall {
  readonly method: (typeof methods)[number];
  readonly given: readonly unknown[];
  readonly wallMillis: number;
}

export interface CommunicationRecording {
  readonly options: CommunicationOptions;
  readonly happened: readonly RecordedCall[];
  /** The first of them after the rack was in service: here the calls begin. */
  readonly callsFrom: number;
  /** From there on, both planes. */
  readonly framesHeard: number;
}

function isBeat({ id }: CanFrame): boolean {
  return canClassOf(id) === recordClass.heartbeat;
}

/** What was given, as it was: the processor's own frames are used again. */
function toKeep(given: unknown): unknown {
  return Array.isArray(given) ? (given as readonly CanFrame[]).map(copyOfFrame) : given;
}

export class CommunicationListener {
  readonly #options: CommunicationOptions;
  readonly #happened: RecordedCall[] = [];
  #callsFrom = 0;

  /** Listens in on a card to which nothing has happened yet. */
  constructor({ options, communication }: SimulatedCard, clock: Pick<Clock, "wallMillis">) {
    this.#options = options;
    for (const method of methods) {
      const act = communication[method].bind(communication) as (...given: unknown[]) => void;
      const listen = (...given: unknown[]) => {
        this.#happened.push({ method, given: given.map(toKeep), wallMillis: clock.wallMillis() });
        act(...given);
      };
      Object.assign(communication, { [method]: listen });
    }
  }

  callsBegin(): void {
    this.#callsFrom = this.#happened.length;
  }

  recording(): CommunicationRecording {
    let framesHeard = 0;
    for (const { method, given } of this.#happened.slice(this.#callsFrom)) {
      if (method === "frames") framesHeard += (given[1] as readonly CanFrame[]).length;
    }
    return { options: this.#options, happened: this.#happened, callsFrom: this.#callsFrom, framesHeard };
  }
}

/** A processor that lives through a recording. */
export class CommunicationReplay {
  readonly #recording: CommunicationRecording;
  readonly processor: CommunicationProcessor;
  /** By plane and class: own frames that are not on the bus yet. */
  readonly #sent = [0, 1].map(() => Array.from({ length: canClasses }, () => new FrameQueue()));
  /** The ports of the simulator confirm one frame at a time. */
  readonly #confirmed: CanFrame[] = [];
  #wallMillis = 0;
  #steps = 0;
  #commits = 0;

  constructor(recording: CommunicationRecording) {
    this.#recording = recording;
    this.processor = new CommunicationProcessor(
      recording.options,
      {
        transmit: (plane, frame) => {
          this.#sent[plane][canClassOf(frame.id)].push(frame);
          return "queued";
        },
        toApplication: ({ kind }) => {
          this.#steps++;
          if (kind === "commit") this.#commits++;
        },
        toManagement: () => undefined,
        progress: () => this.#steps,
        nudge: () => void this.#steps++,
        starvedMicros: () => 0,
        work: () => 0,
        commitsPerformed: () => this.#commits,
        note: () => undefined,
        end: () => undefined,
        wallMillis: () => this.#wallMillis,
        log: () => undefined,
        milestone: () => undefined,
      },
      0,
    );
  }

  /** Up to the first call. */
  comeIntoService(): void {
    this.#live(0, this.#recording.callsFrom);
  }

  /** @returns processor time of the calls, all threads of this process */
  carryCalls(): Micros {
    const before = process.cpuUsage();
    this.#live(this.#recording.callsFrom, this.#recording.happened.length);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  }

  /** For when the calls are over: the beats of that time once more, and nothing else. */
  beatsAgain(): { readonly count: number; hear(): void } {
    const { happened, callsFrom } = this.#recording;
    const heard = happened.slice(callsFrom).flatMap(({ method, given }) => {
      const [plane, frames, now] = given as Parameters<CommunicationProcessor["frames"]>;
      return method === "frames" && frames.every(isBeat) ? [{ plane, beats: frames, now }] : [];
    });
    const lasted = heard[heard.length - 1].now - heard[0].now;
    const again = heard.map(({ plane, beats, now }) => ({ plane, beats, at: now + lasted }));
    const hear = () => {
      // By places, since an iterator would be counted with what is measured.
      for (let place = 0; place < again.length; place++) this.#hearBeats(again[place]);
    };
    return { count: heard.reduce((sum, { beats }) => sum + beats.length, 0), hear };
  }

  #hearBeats({
    plane,
    beats,
    at,
  }: {
    readonly plane: Plane;
    readonly beats: readonly CanFrame[];
    readonly at: Micros;
  }): void {
    const deadline = this.processor.nextDeadline();
    if (deadline < at) this.processor.tick(deadline);
    this.processor.frames(plane, beats, at);
    for (let own: Plane = 0; own <= 1; own++) this.#confirm(own as Plane, beats[0], at);
  }

  /** Both of them. @returns processor time of the calls alone */
  carryAllCalls(): Micros {
    this.comeIntoService();
    return this.carryCalls();
  }

  #live(from: number, to: number): void {
    const { happened } = this.#recording;
    for (let index = from; index < to; index++) {
      const { method, given, wallMillis } = happened[index];
      this.#wallMillis = wallMillis;
      if (method === "transmitted") {
        const [plane, frames, now] = given as Parameters<CommunicationProcessor["transmitted"]>;
        for (const frame of frames) this.#confirm(plane, frame, now);
      } else {
        (this.processor[method] as (...given: unknown[]) => void)(...given);
      }
      this.processor.nextDeadline();
    }
  }

  /** The oldest frame of the class of the recorded one is on the bus. */
  #confirm(plane: Plane, { id }: CanFrame, now: Micros): void {
    const sent = this.#sent[plane][canClassOf(id)];
    if (sent.length === 0) return;
    this.#confirmed[0] = sent.head();
    sent.shift();
    this.processor.transmitted(plane, this.#confirmed, now);
  }
}
