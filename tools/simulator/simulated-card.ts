/** One card of the simulated rack: both processors, joined by a link that takes time, on the card's own clock. */
import { noWork, workWord } from "../../firmware/card/link-notes.ts";
import { canClasses, canClassOf, type CanFrame } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import type { CanTransmitResult } from "../../hal/can-port.ts";
import type { Clock } from "../../hal/clock.ts";
import type { SimulatedCanBus } from "../../hal/simulated/can-bus.ts";
import type { SimulatedCanPort } from "../../hal/simulated/can-port.ts";
import {
  type CommunicationOptions,
  CommunicationProcessor,
  type Plane,
} from "../../firmware/backplane/communication-processor.ts";
import { recordClass, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import type { Member, Milestone } from "../../firmware/backplane/membership.ts";
import type {
  Application,
  ApplicationAction,
  ApplicationEvent,
  DeliveredCommit,
} from "../../firmware/card/application.ts";
import type { EnquiryAction, EnquiryEvent } from "../../firmware/card/enquiry.ts";
import { ManagementDesk } from "../../firmware/card/management-desk.ts";
import { WorkGate } from "../../firmware/card/work-gate.ts";
import { Alarm } from "./alarm.ts";

/** By plane: how much later than at once whatever the card sends goes out. */
export type PlaneLags = readonly [planeA: number, planeB: number];

/** How long a message takes from one processor of a card to the other. */
const linkMicros = 20;
/** Whether commits that the application may not do for now may be done is looked at so often. */
const lookAgainMicros = 1_000;
/** Frames of one class under way to the port of a plane that lags. */
const delayedFramesMax = 64;

/** What a card's application does outside the rack. */
export interface SimulatedWorld {
  /** Something is about to happen to the card's application. */
  observe?(card: SimulatedCard, event: ApplicationEvent): void;
  /**
   * Makes an application fail over an event: what this throws, the application is said to have thrown. "never returns": it is caught in
   * an endless loop.
   */
  sabotage?(card: SimulatedCard, event: ApplicationEvent): "never returns" | undefined;
  /** The communication processor has decided: it hands its application this event. */
  decided?(card: SimulatedCard, event: ApplicationEvent): void;
  /** The application has taken an event in, and wants this done. */
  acted?(card: SimulatedCard, event: ApplicationEvent, actions: readonly ApplicationAction[]): void;
  perform(card: SimulatedCard, action: ApplicationAction): void;
  log(card: SimulatedCard, severity: string, text: string): void;
  /** The card has taken a step of a takeover. */
  milestone?(card: SimulatedCard, step: Milestone, term: number): void;
}

export class SimulatedCard {
  readonly slot: number;
  readonly application: Application;
  readonly options: CommunicationOptions;
  readonly communication: CommunicationProcessor;
  /** What manages the card beside its application. */
  readonly management = new ManagementDesk((action) => this.#manage(action));
  readonly ports: readonly SimulatedCanPort[];
  /** By plane and slot: when a beat of that card last reached the port, whether or not it has been read. */
  readonly beatsAt: readonly Map<number, number>[] = [new Map(), new Map()];
  readonly #clock: Clock;
  readonly #world: SimulatedWorld;
  #pulled = false;
  #frozen = false;
  readonly #frozenWork: { readonly work: () => void; readonly mail: boolean }[] = [];
  #hung = false;
  /** What waits for the application while it hangs. */
  readonly #hungWork: (() => void)[] = [];
  /** Steps that the application counts in shared memory. */
  #progress = 0;
  /** What it works on, in shared memory too. */
  #workingOn = noWork;
  /** By group. */
  readonly #commitsPerformed = new Map<number, number>();
  /** What the communication processor notes for the application. */
  readonly #notes = new Map<number, number>();
  readonly #gate = new WorkGate((place) => this.#notes.get(place) ?? 0);
  /** Commits that the application may not do for now, in order. */
  readonly #held: DeliveredCommit[] = [];
  #looksAgain = false;
  #failed = false;
  readonly #lags: PlaneLags;
  /** By plane and class: frames that the port gets later. */
  readonly #delayed: readonly { readonly frame: CanFrame; readonly dueMicros: number }[][][] = [0, 1].map(() =>
    Array.from({ length: canClasses }, () => []),
  );
  readonly #alarm: Alarm;
  readonly #applicationAlarm: Alarm;

  constructor(
    options: CommunicationOptions,
    application: Application,
    buses: readonly SimulatedCanBus[],
    clock: Clock,
    world: SimulatedWorld,
    lags: PlaneLags = [0, 0],
  ) {
    this.slot = options.slot;
    this.options = options;
    this.application = application;
    this.#clock = clock;
    this.#world = world;
    this.#alarm = new Alarm(clock, () => this.#work(() => this.communication.tick(this.now())));
    this.#applicationAlarm = new Alarm(clock, () =>
      this.#work(() => this.#run(() => this.event({ kind: "deadline" }))),
    );
    this.#lags = lags;
    this.ports = buses.map((bus) => bus.attach(`slot ${options.slot}`));
    this.communication = new CommunicationProcessor(
      options,
      {
        transmit: (plane, frame) =>
          lags[plane] === 0 ? this.ports[plane].transmit(frame) : this.#transmitLater(plane, frame),
        toApplication: (event) => {
          world.decided?.(this, event);
          this.#later(linkMicros, () => this.#run(() => this.#take(event)));
        },
        toManagement: (event) => this.#later(linkMicros, () => this.#run(() => this.#tellManagement(event))),
        progress: () => this.#progress,
        starvedMicros: () => 0,
        work: () => this.#workingOn,
        commitsPerformed: (group) => this.#commitsPerformed.get(group) ?? 0,
        note: (place, value) => this.#notes.set(place, value),
        end: (reason) => {
          world.log(this, "alarm", `ends: ${reason}`);
          this.pull(buses);
        },
        nudge: () => this.#later(linkMicros, () => this.#run(() => this.#progress++)),
        wallMillis: () => clock.wallMillis(),
        log: (severity, text) => world.log(this, severity, text),
        milestone: (step, term) => world.milestone?.(this, step, term),
      },
      clock.nowMicros(),
    );
    this.ports.forEach((port, index) => {
      const plane = index as Plane;
      port.listen({
        frames: (batch) => {
          const frames: readonly CanFrame[] = batch.map(copyOfFrame);
          for (const { id } of frames) {
            if (canClassOf(id) === recordClass.heartbeat) this.beatsAt[plane].set(slotOf(id), this.now());
          }
          this.#work(() => this.communication.frames(plane, frames, this.now()), true);
        },
        transmitted: (batch) => {
          const frames: readonly CanFrame[] = [...batch];
          this.#work(() => this.communication.transmitted(plane, frames, this.now()), true);
        },
        writable: (frameClass) => {
          if (lags[plane] > 0) this.#work(() => this.#release(plane, frameClass), true);
          else this.#work(() => this.communication.writable(plane, frameClass), true);
        },
        state: (state) => {
          this.#work(() => this.communication.planePassive(plane, state === "passive"), true);
          if (state === "disconnected" || state === "bus-off") {
            this.#work(() => this.communication.planeLost(plane), true);
          }
        },
      });
    });
    this.#later(0, () => {
      this.#actions(application.start(this.now()));
      this.communication.tick(this.now());
      this.#arm();
      this.#armApplication();
    });
  }

  now(): number {
    return this.#clock.nowMicros();
  }

  /** The port gets the frame later, in the order of its class, and pushes back as if it had it already. */
  #transmitLater(plane: Plane, frame: CanFrame): CanTransmitResult {
    if (!this.ports[plane].onBus) return "bus-off";
    const delayed = this.#delayed[plane][canClassOf(frame.id)];
    if (delayed.length >= delayedFramesMax) return "full";
    const dueMicros = this.now() + this.#lags[plane];
    delayed.push({ frame, dueMicros });
    this.#clock.at(dueMicros, () => this.#work(() => this.#release(plane, canClassOf(frame.id))));
    return "queued";
  }

  #release(plane: Plane, frameClass: number): void {
    const delayed = this.#delayed[plane][frameClass];
    const full = delayed.length >= delayedFramesMax;
    while (delayed.length > 0 && delayed[0].dueMicros <= this.now()) {
      if (this.ports[plane].transmit(delayed[0].frame) === "full") break;
      delayed.shift();
    }
    if (full && delayed.length < delayedFramesMax) this.communication.writable(plane, frameClass);
  }

  /** What it is in a group; in its first, or only one, where none is named. */
  memberOf(group = this.communication.groups[0]): Member {
    return this.communication.memberOf(group);
  }

  get pulled(): boolean {
    return this.#pulled;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** The card is out: nothing of it goes on, what it had queued is gone. */
  pull(buses: readonly SimulatedCanBus[]): void {
    if (this.#pulled) return;
    this.#pulled = true;
    buses.forEach((bus, plane) => {
      bus.sever(this.ports[plane]);
    });
    this.#alarm.set(undefined);
    this.#applicationAlarm.set(undefined);
  }

  /** Neither processor runs; what comes in waits. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * Goes on with what has waited, in the order in which it came; or, as an event loop does that was held up, with the timers first
   * and with its mail after them.
   */
  thaw(timersFirst = false): void {
    this.#frozen = false;
    const waiting = this.#frozenWork.splice(0);
    const order = timersFirst
      ? [...waiting.filter(({ mail }) => !mail), ...waiting.filter(({ mail }) => mail)]
      : waiting;
    for (const { work } of order) this.#work(work);
  }

  /** The application stands still, while the communication processor goes on. */
  hang(): void {
    this.#hung = true;
  }

  resume(): void {
    this.#hung = false;
    for (const work of this.#hungWork.splice(0)) this.#run(work);
  }

  leave(): void {
    this.#work(() => this.communication.leave(this.now()));
  }

  stay(): void {
    this.#work(() => this.communication.stay(this.now()));
  }

  /** The communication processor hands something over. */
  #take(event: ApplicationEvent): void {
    if (event.kind === "commit") this.#held.push(event.commit);
    else this.event(event);
    this.#passCommits();
  }

  #passCommits(): void {
    while (this.#held.length > 0 && this.#gate.isOpen(this.now())) {
      const commit = this.#held.shift();
      if (commit) this.event({ kind: "commit", commit: this.#gate.passed(commit) });
    }
    if (this.#held.length === 0 || this.#looksAgain) return;
    this.#looksAgain = true;
    this.#later(lookAgainMicros, () => {
      this.#looksAgain = false;
      this.#run(() => this.#passCommits());
    });
  }

  /** Something happened to the application. */
  event(event: ApplicationEvent): void {
    if (this.#failed) return;
    this.#world.observe?.(this, event);
    this.#workingOn = event.kind === "input" ? workWord(event.slot, event.number) : noWork;
    if (!this.#survives(event)) return;
    this.#workingOn = noWork;
    this.#progress++;
    const actions = this.application.step(event, this.now(), this.#clock.wallMillis());
    this.#world.acted?.(this, event, actions);
    this.#actions(actions);
    if (event.kind === "commit") {
      const { group } = event.commit;
      this.#commitsPerformed.set(group, (this.#commitsPerformed.get(group) ?? 0) + 1);
    }
    if (event.kind === "backup") this.#later(linkMicros, () => this.communication.drained(this.now()));
    this.#armApplication();
  }

  #tellManagement(event: EnquiryEvent): void {
    if (this.#failed) return;
    this.management.take(event);
    this.#progress++;
  }

  #manage(action: EnquiryAction): void {
    this.#later(linkMicros, () => this.communication.management(action, this.now()));
  }

  /** What a test wants the application to fail over, it does. */
  #survives(event: ApplicationEvent): boolean {
    try {
      if (this.#world.sabotage?.(this, event) !== "never returns") return true;
      this.#hung = true;
    } catch (error) {
      this.#failed = true;
      this.#later(linkMicros, () => this.communication.applicationFailed(String(error), this.now()));
    }
    return false;
  }

  /** Something from outside reaches the application, unless the card is out. */
  fromWorld(event: ApplicationEvent): void {
    this.#work(() => this.#run(() => this.event(event)));
  }

  /** Lets the application do something, as soon as it can. */
  #run(work: () => void): void {
    if (this.#hung) this.#hungWork.push(work);
    else work();
  }

  #actions(actions: readonly ApplicationAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case "input":
        case "commit":
        case "snapshot":
        case "snapshot-request":
        case "complete":
        case "astray":
        case "digest":
          this.#later(linkMicros, () => this.communication.application(action, this.now()));
          break;
        case "log":
          this.#world.log(this, action.severity, action.text);
          break;
        default:
          this.#world.perform(this, action);
      }
    }
  }

  #later(micros: number, work: () => void): void {
    this.#clock.at(this.now() + micros, () => this.#work(work));
  }

  /** `mail`: it came over a plane. */
  #work(work: () => void, mail = false): void {
    if (this.#pulled) return;
    if (this.#frozen) {
      this.#frozenWork.push({ work, mail });
      return;
    }
    work();
    this.#arm();
  }

  #arm(): void {
    this.#alarm.set(this.communication.nextDeadline());
  }

  #armApplication(): void {
    this.#applicationAlarm.set(this.application.nextDeadline());
  }
}
