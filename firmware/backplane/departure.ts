/** A call server that was told to leave does so when another can serve the group, and stays if that one is lost before it does. */
import { type Role, role } from "./heartbeat.ts";
import type { MemberContext } from "./membership.ts";

export class Departure {
  readonly #context: Pick<MemberContext, "roster" | "plan" | "slot" | "log">;
  #isAskedFor = false;
  #isOn = false;

  constructor(context: Pick<MemberContext, "roster" | "plan" | "slot" | "log">) {
    this.#context = context;
  }

  get isAskedFor(): boolean {
    return this.#isAskedFor;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  ask(): void {
    this.#isAskedFor = true;
  }

  /** It is to stay after all. Not once it has begun to leave: others may count on it. @returns whether that changes anything */
  withdraw(): boolean {
    if (!this.#isAskedFor || this.#isOn) return false;
    this.#isAskedFor = false;
    return true;
  }

  /**
   * Looks whether the card, which has this role, may leave now. `hasState`: its state would be missed.
   * @returns whether it has just begun to
   */
  begins(own: Role, hasState: boolean): boolean {
    if (!this.#isAskedFor || this.#isOn === this.#isDispensable(own, hasState)) return false;
    this.#isOn = !this.#isOn;
    if (this.#isOn) this.#context.log("info", "leaves");
    else this.#context.log("warning", "is to leave, but nobody else serves: stays");
    return this.#isOn;
  }

  /**
   * Without the state there is nothing to lose. With it, the primary needs somebody fit to take over, and whoever is on the way out
   * needs him still; everybody else needs somebody who serves or is about to. So of two that are to leave one stays.
   */
  #isDispensable(own: Role, hasState: boolean): boolean {
    if (!hasState) return true;
    const { roster, plan, slot } = this.#context;
    const isOnTheWayOut = own === role.primary || this.#isOn;
    const enough: readonly Role[] = isOnTheWayOut
      ? [role.backup, role.resigned, role.claimant, role.primary]
      : own === role.resigned
        ? [role.claimant, role.primary]
        : [role.primary];
    return plan.callServers.some((other) => {
      const entry = other === slot ? undefined : roster.entry(other);
      return entry !== undefined && roster.isFit(other) && enough.includes(entry.role);
    });
  }
}
