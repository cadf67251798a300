/** Looks at every card of a rack all the time, and says which of the safety invariants does not hold. */
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import { GroupWatch } from "./group-watch.ts";
import type { Complain } from "./invariants.ts";
import type { SimulatedCard } from "./simulated-card.ts";
import type { CardWatch, SimulatedRack } from "./simulated-rack.ts";

/** Looking for stray connections takes a while: not every millisecond. */
const strayLookMillis = 20;
/** An endpoint may be connected for so long without a row: an instruction on its way through a takeover. */
const strayMillisMax = 1_000;

export class RackWatch {
  readonly #complain: Complain;
  readonly #groups = new Map<number, GroupWatch>();
  /** Since when an endpoint has been connected without a row. */
  readonly #strays = new Map<string, number>();
  /** Slots of cards that some other has found dead. */
  readonly foundDead = new Set<number>();
  #looks = 0;
  #rack: SimulatedRack | undefined;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  /** The rack that is watched, once it is there: its cards begin to act while it is being made. */
  watch(rack: SimulatedRack): void {
    this.#rack = rack;
  }

  /** What the rack is to tell. */
  readonly cards: CardWatch = {
    decided: (card, event) => this.#groupOf(card, event).decided(this.#rack, card, event),
    acted: (card, event, actions) => this.#groupOf(card, event).acted(card, event, actions),
    milestone: (card, step, term) => {
      if (step === "death") this.#death(card, term);
    },
  };

  /** The group that an event is about: what is of no group in particular is only looked at where a card is in one. */
  #groupOf(card: SimulatedCard, event: ApplicationEvent): GroupWatch {
    return this.#group(event.kind === "commit" ? event.commit.group : card.communication.groups[0]);
  }

  #group(group: number): GroupWatch {
    const watch = this.#groups.get(group) ?? new GroupWatch(group, this.#complain);
    this.#groups.set(group, watch);
    return watch;
  }

  #death(card: SimulatedCard, slot: number): void {
    this.foundDead.add(slot);
    const entry = card.communication.roster.entry(slot);
    if (!entry) return;
    // A plane that was cut is not believed at once: only what has come on both counts.
    const silentMicros = card.now() - Math.min(...card.beatsAt.map((beats) => beats.get(slot) ?? 0));
    const limitMicros = card.communication.roster.limitMicros(entry);
    if (silentMicros >= limitMicros || card.communication.babblesOn(slot) === "AB") return;
    const what = `slot ${card.slot} finds slot ${slot} dead, whose last beat came ${silentMicros.toFixed(0)} µs ago`;
    this.#complain("no false death", what);
  }

  /** Looks around; to be called every millisecond. `strays`: whether a connection without a row is anybody's fault. */
  look(strays: boolean): void {
    const rack = this.#rack;
    if (!rack) return;
    const primaries = rack.groups.map((group) => this.#group(group).look(rack));
    if (primaries.some(({ length }) => length !== 1) || !strays) this.#strays.clear();
    else if (this.#looks++ % strayLookMillis === 0) this.#lookForStrays(rack, primaries.flat());
  }

  #lookForStrays(rack: SimulatedRack, primaries: readonly SimulatedCard[]): void {
    const connected = [...rack.gateways.values()].flatMap((gateway) => gateway.connected);
    if (connected.length === 0) {
      this.#strays.clear();
      return;
    }
    const now = rack.clock.nowMicros() / 1000;
    const rows = primaries.flatMap(({ application }) =>
      application instanceof CallServer ? application.rows("connection") : [],
    );
    const wanted = new Set(rows.flatMap(({ circuitName, otherCircuitName }) => [circuitName, otherCircuitName]));
    for (const name of this.#strays.keys()) {
      if (wanted.has(name) || !connected.includes(name)) this.#strays.delete(name);
    }
    for (const name of connected) {
      if (wanted.has(name)) continue;
      const since = this.#strays.get(name) ?? now;
      this.#strays.set(name, since);
      if (now - since < strayMillisMax) continue;
      this.#complain("no stray connection", `${name} has been connected for ${strayMillisMax} ms without a row`);
    }
  }
}
