/** The communication processor on real ports, clock and link. */
import type { CanFrame } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import type { CanPort, CanState } from "../../hal/can-port.ts";
import type { Clock } from "../../hal/clock.ts";
import type { ProcessorLink } from "../../hal/processor-link.ts";
import { type CommunicationOptions, CommunicationProcessor, type Plane } from "../backplane/communication-processor.ts";
import type { Milestone } from "../backplane/membership.ts";
import type { Micros } from "../time.ts";
import { isEnquiryAction } from "./enquiry.ts";
import { decodeLinkMessage, type ToCommunication } from "./link-message.ts";
import { workNote } from "./link-notes.ts";
import { LinkQueue } from "./link-queue.ts";

/** A port that lost its bus tries to get back on it so often. */
const recoverAfterMicros = 100_000;

/**
 * Frames that are taken in at one go. What a burst brings beyond that waits until the loop has turned once, so that a beat that is
 * due leaves in between: a card that is busy listening must not look dead.
 */
const framesAtOnceMax = 32;

export interface CommunicationParts {
  readonly ports: readonly [CanPort, CanPort];
  readonly clock: Clock;
  readonly link: ProcessorLink;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  milestone(step: Milestone, term: number): void;
  /** The card is to end now: its application has failed, and everybody knows. */
  end(reason: string): void;
  /** For how long in all the thread of the application processor has waited for a processor of the host. */
  starvedMicros(): Micros;
}

export class CommunicationRunner {
  readonly #processor: CommunicationProcessor;
  readonly #parts: CommunicationParts;
  readonly #queue: LinkQueue;
  #armedFor: Micros | undefined;
  #disarm: (() => void) | undefined;
  /** Copies of frames that have come and are not taken in yet, by plane and in bus order. */
  readonly #mail: readonly [CanFrame[], CanFrame[]] = [[], []];
  #readingOn = false;
  #tap: ((plane: Plane, frames: readonly CanFrame[]) => void) | undefined;
  /** Of planes A and B. */
  readonly #planeStates: [CanState, CanState] = ["active", "active"];

  constructor(options: CommunicationOptions, parts: CommunicationParts) {
    this.#parts = parts;
    this.#queue = new LinkQueue(parts.link);
    const { clock, link, ports } = parts;
    this.#processor = new CommunicationProcessor(
      options,
      {
        transmit: (plane, frame) => ports[plane].transmit(frame),
        toApplication: (event) => this.#queue.send(event),
        toManagement: (event) => this.#queue.send(event),
        progress: () => link.progressOfOther(),
        nudge: () => link.nudge(),
        starvedMicros: () => parts.starvedMicros(),
        work: () => link.noteOfOther(workNote),
        commitsPerformed: (group) => link.noteOfOther(group),
        note: (place, value) => link.note(place, value),
        end: (reason) => parts.end(reason),
        wallMillis: () => clock.wallMillis(),
        log: (severity, text) => parts.log(severity, text),
        milestone: (step, term) => parts.milestone(step, term),
      },
      clock.nowMicros(),
    );
    ports.forEach((port, index) => {
      this.#listen(port, index as Plane);
    });
    link.listen({
      message: (message) => {
        this.#take(decodeLinkMessage(message) as ToCommunication);
        this.#arm();
      },
      writable: () => this.#queue.flush(),
      nudged: () => {},
    });
    this.#tick();
  }

  /** What comes and goes is shown to `tap` as well, which has a frame during the call only; undefined: to nobody any more. */
  listenIn(tap: ((plane: Plane, frames: readonly CanFrame[]) => void) | undefined): void {
    this.#tap = tap;
  }

  #take(message: ToCommunication): void {
    const now = this.#parts.clock.nowMicros();
    if (message.kind === "drained") this.#processor.drained(now);
    else if (message.kind === "leave") this.#processor.leave(now);
    else if (message.kind === "inhibit-plane") this.#processor.inhibitPlane(message.plane, message.on);
    else if (message.kind === "stay") this.#processor.stay(now);
    else if (message.kind === "failed") this.#processor.applicationFailed(message.reason, now);
    else if (isEnquiryAction(message)) this.#processor.management(message, now);
    else this.#processor.application(message, now);
  }

  #listen(port: CanPort, plane: Plane): void {
    const { clock } = this.#parts;
    const name = `plane ${plane === 0 ? "A" : "B"}`;
    /** Set while the port is without its bus. */
    let stopTrying: (() => void) | undefined;
    const tryLater = () => {
      stopTrying = clock.at(clock.nowMicros() + recoverAfterMicros, () => {
        port.recover();
        tryLater();
      });
    };
    port.listen({
      frames: (batch) => {
        this.#tap?.(plane, batch);
        if (!this.#readingOn && batch.length <= framesAtOnceMax) this.#hear(plane, batch, false);
        else this.#putAside(plane, batch);
      },
      transmitted: (batch) => {
        this.#tap?.(plane, batch);
        this.#processor.transmitted(plane, batch, clock.nowMicros());
      },
      writable: (frameClass) => this.#processor.writable(plane, frameClass),
      state: (state) => {
        this.#planeStates[plane] = state;
        this.#processor.planePassive(plane, state === "passive");
        if (state === "active" || state === "passive") {
          if (stopTrying) this.#parts.log("info", `${name} is back`);
          stopTrying?.();
          stopTrying = undefined;
          return;
        }
        this.#processor.planeLost(plane);
        this.#parts.log("alarm", `${name} is ${state}`);
        if (!stopTrying) tryLater();
      },
    });
  }

  #hear(plane: Plane, frames: readonly CanFrame[], more: boolean): void {
    this.#processor.frames(plane, frames, this.#parts.clock.nowMicros(), more);
    this.#arm();
  }

  #putAside(plane: Plane, frames: readonly CanFrame[]): void {
    for (const frame of frames) this.#mail[plane].push(copyOfFrame(frame));
    if (!this.#readingOn) this.#read();
  }

  /** Takes in a little of what each plane has brought, and comes back for the rest. */
  readonly #read = (): void => {
    const { clock } = this.#parts;
    const pending = () => this.#mail.some((mail) => mail.length > 0);
    for (const plane of [0, 1] as const) {
      const frames = this.#mail[plane].splice(0, framesAtOnceMax);
      if (frames.length > 0) this.#processor.frames(plane, frames, clock.nowMicros(), pending());
    }
    this.#readingOn = pending();
    if (this.#readingOn) clock.at(clock.nowMicros(), this.#read);
    this.#arm();
  };

  readonly #tick = (): void => {
    this.#armedFor = undefined;
    // Nobody is silent whose mail has not been read: until then reading alone moves the processor on, and arms anew.
    if (this.#readingOn) return;
    const now = this.#parts.clock.nowMicros();
    if (now >= this.#processor.nextDeadline()) this.#processor.tick(now);
    this.#arm();
  };

  /** Most frames do not bring the next deadline nearer: a wake that comes early is cheaper than one that is armed anew. */
  #arm(): void {
    const deadline = this.#processor.nextDeadline();
    if (this.#armedFor !== undefined && this.#armedFor <= deadline) return;
    this.#disarm?.();
    this.#armedFor = deadline;
    this.#disarm = this.#parts.clock.at(deadline, this.#tick);
  }

  /** For how long what is due has not been done: 0 where the processor makes progress. */
  overdueMicros(): Micros {
    return Math.max(0, this.#parts.clock.nowMicros() - this.#processor.nextDeadline());
  }

  status(): Readonly<Record<string, unknown>> {
    return { ...this.#processor.status(), planeStates: [...this.#planeStates] };
  }
}
