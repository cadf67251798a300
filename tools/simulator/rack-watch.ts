/** Looks at every card of a rack all the time, and says which of the safety invariants does not hold. */
import { CallServerMember } from "../../firmware/backplane/call-server-member.ts";
import { type Role, role } from "../../firmware/backplane/heartbeat.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import { circuitTimers } from "../../firmware/call-server/circuit-states.ts";
import { connectionTimers } from "../../firmware/call-server/connection-states.ts";
import type { ApplicationAction, ApplicationEvent } from "../../firmware/card/application.ts";
import { GroupHistory } from "./group-history.ts";
import type { Complain } from "./invariants.ts";
import type { SimulatedCard } from "./simulated-card.ts";
import type { CardWatch, SimulatedRack } from "./simulated-rack.ts";

/** Looking for stray connections takes a while: not every millisecond. */
const strayLookMillis = 20;
/** An endpoint may be connected for so long without a row: an instruction on its way through a takeover. */
const strayMillisMax = 1_000;

export class RackWatch {
  readonly #complain: Complain;
  readonly #history: GroupHistory;
  /** The term in which a call server is, or was last, primary. */
  readonly #terms = new Map<SimulatedCard, number>();
  /** The highest term of each card. */
  readonly #followed = new Map<SimulatedCard, number>();
  /** By term and sequence: the digest of the tables of whoever stood there first. */
  readonly #digests = new Map<string, { readonly digest: number; readonly slot: number }>();
  readonly #standing = new Map<SimulatedCard, number>();
  /** Since when an endpoint has been connected without a row. */
  readonly #strays = new Map<string, number>();
  #looks = 0;
  #rack: SimulatedRack | undefined;

  constructor(complain: Complain) {
    this.#complain = complain;
    this.#history = new GroupHistory(complain);
  }

  /** The rack that is watched, once it is there: its cards begin to act while it is being made. */
  watch(rack: SimulatedRack): void {
    this.#rack = rack;
  }

  /** What the rack is to tell. */
  readonly cards: CardWatch = {
    decided: (card, event) => this.#decided(card, event),
    acted: (card, event, actions) => this.#acted(card, event, actions),
    milestone: (card, step, term) => {
      if (step === "death") this.#death(card, term);
    },
  };

  #decided(card: SimulatedCard, event: ApplicationEvent): void {
    if (event.kind === "primary") {
      this.#terms.set(card, event.term);
      const { member } = card.communication;
      const began = member instanceof CallServerMember ? member.began : undefined;
      if (began) this.#history.began(card.slot, began);
      if (!event.coldStart) this.#lookAtQuorum(card, event.term);
    }
    if (event.kind === "forget" || event.kind === "resynchronise") this.#history.forgot(card);
    if (event.kind === "commit") this.#history.given(card, event.commit, !(card.application instanceof CallServer));
  }

  #acted(card: SimulatedCard, event: ApplicationEvent, actions: readonly ApplicationAction[]): void {
    const { application } = card;
    if (!(application instanceof CallServer)) {
      if (event.kind === "commit") this.#history.performed(event.commit);
      return;
    }
    const term = this.#terms.get(card) ?? 0;
    for (const action of actions) if (action.kind === "commit") this.#history.committed(term, action);
    const completes = actions.some(({ kind }) => kind === "complete");
    if (event.kind === "primary" || completes) this.#lookAtTimers(card, application);
    if (event.kind === "primary") this.#compareTables(card, application, term, application.appliedSequence - 1);
    else this.#compareTables(card, application, this.#lineOf(card, event, term), application.appliedSequence);
  }

  /** The term whose line of commits an application is on: its own as primary, that of its last commit, or what its card follows. */
  #lineOf(card: SimulatedCard, event: ApplicationEvent, ownTerm: number): number {
    if (event.kind === "commit") return event.commit.term;
    const isPrimary = card.application instanceof CallServer && card.application.status().role === "primary";
    return isPrimary ? ownTerm : card.communication.member.term();
  }

  /** A BEGIN changes no table, and a backup's application is not told of it: whoever begins still stands at the commit before. */
  #compareTables(card: SimulatedCard, application: CallServer, line: number, sequence: number): void {
    if (this.#standing.get(card) === application.appliedSequence) return;
    this.#standing.set(card, application.appliedSequence);
    const term = this.#history.termOf(sequence, line);
    if (sequence <= 0 || term === undefined) return;
    const digest = application.digest();
    const place = `commit ${sequence} of term ${term}`;
    const other = this.#digests.get(place);
    if (other === undefined) this.#digests.set(place, { digest, slot: card.slot });
    else if (other.digest !== digest) {
      this.#complain("equal tables", `slots ${other.slot} and ${card.slot} hold different tables at ${place}`);
    }
  }

  #lookAtTimers(card: SimulatedCard, application: CallServer): void {
    const running = new Set(application.runningTimers().map(({ of, key }) => `${of} ${key}`));
    const waiting = [
      ...application.rows("endpoint").map((row) => ["circuit", circuitTimers, row] as const),
      ...application.rows("connection").map((row) => ["connection", connectionTimers, row] as const),
    ].flatMap(([of, timers, { key, state }]) =>
      (timers as Readonly<Record<string, unknown>>)[`${state}`] === undefined ? [] : [[`${of} ${key}`, state] as const],
    );
    const without = waiting.find(([name]) => !running.has(name));
    if (without) {
      const [name, state] = without;
      this.#complain("timers run", `slot ${card.slot} has no timer for ${name}, which is ${state}`);
    }
  }

  /** Cards that may have granted: a generous count, since a card may be gone again by now. */
  #lookAtQuorum(claimant: SimulatedCard, term: number): void {
    const rack = this.#rack;
    if (!rack) return;
    const present = rack.slots.map((slot) => rack.card(slot));
    const everybody = present.every((card) => !card.pulled && !card.frozen);
    const voters = present.filter((card) => {
      if (card === claimant) return true;
      const { member } = card.communication;
      const is: Role = member.role();
      if (is === role.witness) return card.pulled || member.term() >= term;
      return !card.pulled && (is === role.resigned || is === role.backup);
    });
    if (everybody || voters.length > present.length / 2) return;
    const slots = voters.map(({ slot }) => slot);
    this.#complain("quorum", `slot ${claimant.slot} begins term ${term} with no more than slots ${slots}`);
  }

  #death(card: SimulatedCard, slot: number): void {
    const entry = card.communication.roster.entry(slot);
    if (!entry) return;
    // A plane that was cut is not believed at once: only what has come on both counts.
    const silentMicros = card.now() - Math.min(...card.beatsAt.map((beats) => beats.get(slot) ?? 0));
    const limitMicros = card.communication.roster.limitMicros(entry);
    if (silentMicros >= limitMicros) return;
    const what = `slot ${card.slot} finds slot ${slot} dead, whose last beat came ${silentMicros.toFixed(0)} µs ago`;
    this.#complain("no false death", what);
  }

  /** Looks around; to be called every millisecond. `strays`: whether a connection without a row is anybody's fault. */
  look(strays: boolean): void {
    const rack = this.#rack;
    if (!rack) return;
    const primaries = new Map<number, number>();
    for (const slot of rack.slots) {
      const card = rack.card(slot);
      if (card.pulled) continue;
      const { member } = card.communication;
      const term = member.term();
      const before = this.#followed.get(card) ?? 0;
      this.#followed.set(card, Math.max(term, before));
      if (term < before) this.#complain("terms rise", `slot ${slot} is back in term ${term}, after ${before}`);
      if (member.role() !== role.primary || card.frozen) continue;
      const other = primaries.get(term);
      if (other !== undefined) this.#complain("one primary a term", `slots ${other} and ${slot} in term ${term}`);
      primaries.set(term, slot);
    }
    const [primary] = primaries.values();
    if (primaries.size !== 1 || !strays) this.#strays.clear();
    else if (this.#looks++ % strayLookMillis === 0) this.#lookForStrays(rack, rack.card(primary));
  }

  #lookForStrays(rack: SimulatedRack, { application }: SimulatedCard): void {
    const connected = [...rack.gateways.values()].flatMap((gateway) => gateway.connected);
    if (connected.length === 0) {
      this.#strays.clear();
      return;
    }
    const now = rack.clock.nowMicros() / 1000;
    const rows = application instanceof CallServer ? application.rows("connection") : [];
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
