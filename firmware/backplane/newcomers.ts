/** LIMs and transporters that have started are admitted by a commit of the primary's application. */
import type { Micros } from "../time.ts";
import { role } from "./heartbeat.ts";
import type { MemberContext } from "./membership.ts";

/** A card that is still not admitted after this time is admitted again. */
const admitAgainMicros = 100_000;

export class Newcomers {
  readonly #context: MemberContext;
  /** By slot. */
  readonly #askedAt = new Map<number, Micros>();

  constructor(context: MemberContext) {
    this.#context = context;
  }

  /** A term begins: nobody has been asked for in it. */
  clear(): void {
    this.#askedAt.clear();
  }

  admit(now: Micros): void {
    const { plan, roster } = this.#context;
    for (const slot of plan.witnesses) {
      const entry = roster.entry(slot);
      if (!entry?.alive || entry.role !== role.newcomer || entry.incarnation === 0 || !roster.belongs(slot)) continue;
      if (now - (this.#askedAt.get(slot) ?? -admitAgainMicros) < admitAgainMicros) continue;
      this.#askedAt.set(slot, now);
      this.#context.toApplication({ kind: "admit", slot, incarnation: entry.incarnation });
    }
  }
}
