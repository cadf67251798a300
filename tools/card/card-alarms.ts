/** The alarms of the card that runs here: its two processors' statuses go in, what changes comes out as reports. */
import { AlarmList, type Alarm, type AlarmChange } from "../../firmware/alarms/alarm-list.ts";
import type { CardSight } from "../../firmware/alarms/card-sight.ts";
import type { AlarmEventName, Finding } from "../../firmware/alarms/conditions.ts";
import { applicationStatus, communicationStatus } from "../../firmware/card/card-status.ts";
import type { Card } from "../../firmware/configuration/rack-schema.ts";
import type { Clock } from "../../hal/clock.ts";
import type { CardReport } from "./card-start.ts";

export class CardAlarms {
  readonly #list = new AlarmList();
  readonly #slot: number;
  readonly #cards: readonly Card[];
  readonly #clock: Clock;
  readonly #report: (report: CardReport) => void;
  #communication: unknown;
  #application: unknown;

  constructor(slot: number, cards: readonly Card[], clock: Clock, report: (report: CardReport) => void) {
    this.#slot = slot;
    this.#cards = cards;
    this.#clock = clock;
    this.#report = report;
  }

  /** As the other thread tells it. */
  communication(status: unknown): void {
    this.#communication = status;
    this.#examine();
  }

  /** Taken into account with the next status of the communication processor, which comes as often. */
  application(status: unknown): void {
    this.#application = status;
  }

  /** Something of the table of events has happened. */
  tell(name: AlarmEventName, finding: Finding): void {
    this.#changed(this.#list.tell(name, finding, this.#time()));
  }

  /** Those that stand, the worst first; then those that are over, the newest first. */
  list(): readonly Alarm[] {
    return this.#list.list();
  }

  standing(): readonly Alarm[] {
    return this.#list.standing();
  }

  /** What the card sees now. */
  sight(): CardSight {
    return {
      slot: this.#slot,
      cards: this.#cards,
      communication: communicationStatus(this.#communication),
      application: applicationStatus(this.#application),
    };
  }

  #examine(): void {
    this.#changed(this.#list.examine(this.sight(), this.#time()));
  }

  #time() {
    return { nowMicros: this.#clock.nowMicros(), wallMillis: this.#clock.wallMillis() };
  }

  #changed(changes: readonly AlarmChange[]): void {
    for (const change of changes) this.#report({ kind: "alarm", ...change, atMicros: this.#clock.nowMicros() });
  }
}
