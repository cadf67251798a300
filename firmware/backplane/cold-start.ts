/** When a blank call server may begin a group anew. */
import { role } from "./heartbeat.ts";
import type { MemberContext } from "./membership.ts";
import type { Micros } from "../time.ts";

/** How long blank call servers wait for one that has the state, when witnesses show that there was one. */
const lostStatePatienceMicros = 1_000_000;
/** How long a cold start waits for the cards that are not heard yet. */
const coldStartPatienceMicros = 300_000;

/**
 * A blank call server claims only when it hears a majority of the configured cards, no call server among them that holds the
 * group's state; the lower slot first. Where a witness remembers a group, its state may still come back: that is waited for.
 */
export class ColdStart {
  readonly #context: Pick<MemberContext, "roster" | "plan" | "slot">;
  /** Since when enough cards are heard. */
  #waitingSince: Micros | undefined;

  constructor(context: Pick<MemberContext, "roster" | "plan" | "slot">) {
    this.#context = context;
  }

  isDue(now: Micros): boolean {
    const { roster, plan, slot } = this.#context;
    const others = [...plan.callServers, ...plan.witnesses].filter((other) => other !== slot);
    const living = others.filter((other) => roster.isAlive(other));
    const roleOf = (other: number) => roster.entry(other)?.role;
    const heard = 1 + living.filter((other) => roster.belongs(other)).length;
    const isStateHeld = living.some((other) => plan.callServers.includes(other) && roleOf(other) !== role.blank);
    if (isStateHeld || heard <= (others.length + 1) / 2) {
      this.#waitingSince = undefined;
      return false;
    }
    const isSecond = plan.callServers[0] !== slot;
    const isLowerHeard = plan.callServers.some(
      (other) => other < slot && roster.isAlive(other) && roster.objection(other) === undefined,
    );
    if (isLowerHeard) return false;
    this.#waitingSince ??= now;
    const waited = now - this.#waitingSince;
    if (living.some((other) => roleOf(other) === role.witness)) return waited >= lostStatePatienceMicros;
    return heard === others.length + 1 || waited >= (isSecond ? 2 : 1) * coldStartPatienceMicros;
  }
}
