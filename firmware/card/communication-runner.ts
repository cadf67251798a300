/** The communication processor on real ports, clock and link. */
import type { CanPort } from "../../hal/can-port.ts";
import type { Clock } from "../../hal/clock.ts";
import type { ProcessorLink } from "../../hal/processor-link.ts";
import { type CommunicationOptions, CommunicationProcessor, type Plane } from "../backplane/communication-processor.ts";
import type { Milestone } from "../backplane/membership.ts";
import type { Micros } from "../time.ts";
import { decodeLinkMessage, type ToCommunication } from "./link-message.ts";
import { LinkQueue } from "./link-queue.ts";

/** A port that lost its bus tries to get back on it so often. */
const recoverAfterMicros = 100_000;

export interface CommunicationParts {
  readonly ports: readonly [CanPort, CanPort];
  readonly clock: Clock;
  readonly link: ProcessorLink;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  milestone(step: Milestone, term: number): void;
}

export class CommunicationRunner {
  readonly #processor: CommunicationProcessor;
  readonly #parts: CommunicationParts;
  readonly #queue: LinkQueue;
  #armedFor: Micros | undefined;
  #disarm: (() => void) | undefined;

  constructor(options: CommunicationOptions, parts: CommunicationParts) {
    this.#parts = parts;
    this.#queue = new LinkQueue(parts.link);
    const { clock, link, ports } = parts;
    this.#processor = new CommunicationProcessor(
      options,
      {
        transmit: (plane, frame) => ports[plane].transmit(frame),
        toApplication: (event) => this.#queue.send(event),
        progress: () => link.progressOfOther(),
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

  #take(message: ToCommunication): void {
    const now = this.#parts.clock.nowMicros();
    if (message.kind === "drained") this.#processor.drained(now);
    else if (message.kind === "leave") this.#processor.leave(now);
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
        this.#processor.frames(plane, batch, clock.nowMicros());
        this.#arm();
      },
      transmitted: (batch) => this.#processor.transmitted(plane, batch, clock.nowMicros()),
      writable: (frameClass) => this.#processor.writable(plane, frameClass),
      state: (state) => {
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

  readonly #tick = (): void => {
    this.#armedFor = undefined;
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

  status(): Readonly<Record<string, unknown>> {
    return this.#processor.status();
  }
}
