/** The front panel of a card: what its lamps show, and what its ejector asks for. */
import { type Lamp, lamps } from "../../hal/front-panel.ts";
import type { ApplicationStatus, CommunicationStatus } from "../card/card-status.ts";
import type { Micros } from "../time.ts";
import { Contact } from "./contact.ts";
import { type EjectorEvent, type EjectorRequest, type EjectorState, ejectorEvent, ejectorStep } from "./ejector.ts";
import { isLit, type LampPattern, nextChange } from "./lamp-pattern.ts";
import { type CardSight, lampPattern } from "./lamp-table.ts";

/** A communication processor that has said nothing for so long says nothing; others not heard for so long are not there. */
const freshMicros = 1_000_000;

export type FrontPanelInput =
  | { readonly kind: "communication"; readonly status: CommunicationStatus }
  | { readonly kind: "application"; readonly status: ApplicationStatus }
  | { readonly kind: "ejector"; readonly isOpen: boolean }
  /** A panel that is dark has come. */
  | { readonly kind: "panel" }
  | { readonly kind: "deadline" };

export type FrontPanelOutput =
  | { readonly kind: "lamp"; readonly lamp: Lamp; readonly isLit: boolean }
  | { readonly kind: "request"; readonly request: EjectorRequest };

export class FrontPanelControl {
  readonly #contact = new Contact(false);
  readonly #lit = new Set<Lamp>();
  readonly #patterns = new Map<Lamp, LampPattern>();
  #ejector: EjectorState = "in service";
  #communication: CommunicationStatus | undefined;
  #communicationAt: Micros = 0;
  #application: ApplicationStatus | undefined;
  /** By plane: frames received when it was looked last, and when there were new ones. */
  readonly #received: [number, number] = [0, 0];
  readonly #heardAt: [Micros | undefined, Micros | undefined] = [undefined, undefined];

  get ejector(): EjectorState {
    return this.#ejector;
  }

  step(input: FrontPanelInput, now: Micros): readonly FrontPanelOutput[] {
    const outputs: FrontPanelOutput[] = [];
    const happens = (event: EjectorEvent) => {
      const { state, requests } = ejectorStep(this.#ejector, event);
      this.#ejector = state;
      for (const request of requests) outputs.push({ kind: "request", request });
    };
    if (input.kind === "communication") {
      this.#hear(input.status, now);
      happens(ejectorEvent(input.status));
    } else if (input.kind === "application") this.#application = input.status;
    else if (input.kind === "ejector") this.#contact.note(input.isOpen, now);
    else if (input.kind === "panel") this.#lit.clear();
    const isOpen = this.#contact.settle(now);
    if (isOpen !== undefined) happens(isOpen ? "opened" : "closed");
    return [...outputs, ...this.#light(now)];
  }

  /** When the owner is to call again at the latest. */
  nextDeadline(now: Micros): Micros | undefined {
    const changes = [...this.#patterns.values()].map((pattern) => nextChange(pattern, now));
    const isFresh = this.#communication !== undefined && now < this.#communicationAt + freshMicros;
    const due = [...changes, this.#contact.nextDeadline(), isFresh ? this.#communicationAt + freshMicros : undefined];
    const times = due.filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #hear(status: CommunicationStatus, now: Micros): void {
    this.#communication = status;
    this.#communicationAt = now;
    for (const plane of [0, 1] as const) {
      const received = status.planes?.[plane]?.received ?? 0;
      if (received !== this.#received[plane]) this.#heardAt[plane] = now;
      this.#received[plane] = received;
    }
  }

  /** Lamps that change now. */
  #light(now: Micros): readonly FrontPanelOutput[] {
    const isFresh = (at: Micros | undefined) => at !== undefined && now < at + freshMicros;
    const [a, b] = this.#heardAt;
    const sight: CardSight = {
      communication: isFresh(this.#communicationAt) ? this.#communication : undefined,
      application: this.#application,
      heard: [isFresh(a), isFresh(b)],
      ejector: this.#ejector,
    };
    return lamps.flatMap((lamp) => {
      const pattern = lampPattern(lamp, sight);
      this.#patterns.set(lamp, pattern);
      const lit = isLit(pattern, now);
      if (lit === this.#lit.has(lamp)) return [];
      if (lit) this.#lit.add(lamp);
      else this.#lit.delete(lamp);
      return [{ kind: "lamp" as const, lamp, isLit: lit }];
    });
  }
}
