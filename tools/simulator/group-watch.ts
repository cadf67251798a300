/** Looks at what the cards do for one group, and says which of the safety invariants does not hold. */
import { CallServerMember } from "../../firmware/backplane/call-server-member.ts";
import { type Role, role } from "../../firmware/backplane/heartbeat.ts";
import type { Member } from "../../firmware/backplane/membership.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import { circuitTimers } from "../../firmware/call-server/circuit-states.ts";
import { connectionTimers } from "../../firmware/call-server/connection-states.ts";
import type { ApplicationAction, ApplicationEvent } from "../../firmware/card/application.ts";
import { GroupHistory } from "./group-history.ts";
import type { Complain } from "./invariants.ts";
import type { SimulatedCard } from "./simulated-card.ts";
import type { SimulatedRack } from "./simulated-rack.ts";

export class GroupWatch {
  readonly #group: number;
  readonly #complain: Complain;
  readonly #history: GroupHistory;
  /** The term in which a call server is, or was last, primary. */
  readonly #terms = new Map<SimulatedCard, number>();
  /** The highest term of each card. */
  readonly #followed = new Map<SimulatedCard, number>();
  /** By term and sequence: the digest of the tables of whoever stood there first. */
  readonly #digests = new Map<string, { readonly digest: number; readonly slot: number }>();
  readonly #standing = new Map<SimulatedCard, number>();

  constructor(group: number, complain: Complain) {
    this.#group = group;
    this.#complain = complain;
    this.#history = new GroupHistory(group, complain);
  }

  #memberOf(card: SimulatedCard): Member {
    return card.memberOf(this.#group);
  }

  /** A card's communication processor has decided: it hands its application this event. */
  decided(rack: SimulatedRack | undefined, card: SimulatedCard, event: ApplicationEvent): void {
    if (event.kind === "primary") {
      this.#terms.set(card, event.term);
      const member = this.#memberOf(card);
      const began = member instanceof CallServerMember ? member.began : undefined;
      if (began) this.#history.began(card.slot, began);
      if (rack && !event.coldStart) this.#lookAtQuorum(rack, card, event.term);
    }
    if (event.kind === "forget" || event.kind === "resynchronise") this.#history.forgot(card);
    if (event.kind === "commit") {
      this.#history.given(card, event.commit, !(card.application instanceof CallServer), card.now());
    }
  }

  /** A card's application has taken an event in. */
  acted(card: SimulatedCard, event: ApplicationEvent, actions: readonly ApplicationAction[]): void {
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
    return isPrimary ? ownTerm : this.#memberOf(card).term();
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
  #lookAtQuorum(rack: SimulatedRack, claimant: SimulatedCard, term: number): void {
    const present = this.#cardsOf(rack);
    const everybody = present.every((card) => !card.pulled && !card.frozen);
    const voters = present.filter((card) => {
      if (card === claimant) return true;
      const member = this.#memberOf(card);
      const is: Role = member.role();
      if (is === role.witness) return card.pulled || member.term() >= term;
      return !card.pulled && (is === role.resigned || is === role.backup);
    });
    if (everybody || voters.length > present.length / 2) return;
    const slots = voters.map(({ slot }) => slot);
    this.#complain("quorum", `slot ${claimant.slot} begins term ${term} with no more than slots ${slots}`);
  }

  #cardsOf(rack: SimulatedRack): SimulatedCard[] {
    return rack.slots.map((slot) => rack.card(slot)).filter((card) => card.communication.groups.includes(this.#group));
  }

  /** Looks around; to be called every millisecond. @returns the primaries, if any card is one */
  look(rack: SimulatedRack): SimulatedCard[] {
    const primaries = new Map<number, SimulatedCard>();
    for (const card of this.#cardsOf(rack)) {
      if (card.pulled) continue;
      const { slot } = card;
      const member = this.#memberOf(card);
      const term = member.term();
      const before = this.#followed.get(card) ?? 0;
      this.#followed.set(card, Math.max(term, before));
      if (term < before) this.#complain("terms rise", `slot ${slot} is back in term ${term}, after ${before}`);
      if (member.role() !== role.primary || card.frozen) continue;
      const other = primaries.get(term)?.slot;
      if (other !== undefined) this.#complain("one primary a term", `slots ${other} and ${slot} in term ${term}`);
      primaries.set(term, card);
    }
    return [...primaries.values()];
  }
}
