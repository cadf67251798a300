/**
 * The state of an application server, kept by the signalling gateway over the ASPs that serve it (RFC 4666 4.3.2), and which of
 * them get its traffic (4.3.4.3).
 */
import { type Micros, microsPerMilli } from "../time.ts";
import type { AspState } from "./asp-state.ts";
import type { StatusName, TrafficMode } from "./messages.ts";
import { Procedure, type ProcedureRow } from "./procedure-table.ts";
import { timers } from "./timers.ts";

export type ApplicationServerState = "down" | "inactive" | "active" | "pending";

export type ApplicationServerEvent =
  /** What the ASPs are now: one is active; none is active but one is up; all are down. */
  | "active"
  | "inactive"
  | "down"
  /** T(r) expired, and then the same. */
  | "Tr-inactive"
  | "Tr-down";

// biome-ignore format: one row of the RFC a line
export const applicationServerRows: readonly ProcedureRow<ApplicationServerState, ApplicationServerEvent, never>[] = [
  // state      event          next                RFC 4666 figure 4
  ["down",      "down",        "down",     []],
  ["down",      "inactive",    "inactive", []],
  ["down",      "active",      "active",   []],
  ["inactive",  "down",        "down",     []],
  ["inactive",  "inactive",    "inactive", []],
  ["inactive",  "active",      "active",   []],
  ["active",    "down",        "pending",  []],
  ["active",    "inactive",    "pending",  []],
  ["active",    "active",      "active",   []],
  ["pending",   "down",        "pending",  []],
  ["pending",   "inactive",    "pending",  []],
  ["pending",   "active",      "active",   []],
  ["pending",   "Tr-inactive", "inactive", []],
  ["pending",   "Tr-down",     "down",     []],
];

const statusOf = { inactive: "as-inactive", active: "as-active", pending: "as-pending" } as const satisfies Partial<
  Record<ApplicationServerState, StatusName>
>;

export type ApplicationServerAction =
  | { readonly kind: "state"; readonly state: ApplicationServerState }
  /** Send NTFY to the ASP. */
  | { readonly kind: "notify"; readonly asp: number; readonly status: StatusName }
  /** Another ASP took the traffic over: the ASP is inactive now and must be told. */
  | { readonly kind: "override"; readonly asp: number };

/** ASPs go by numbers of the owner's choice. */
export class ApplicationServer {
  readonly #trafficMode: TrafficMode;
  readonly #recoveryMicros: Micros;
  readonly #procedure = new Procedure(applicationServerRows, "down");
  readonly #asps = new Map<number, AspState>();
  #recoveryDeadline: Micros | undefined;

  constructor(trafficMode: TrafficMode = "loadshare", recoveryMillis: number = timers.Tr.defaultMillis) {
    this.#trafficMode = trafficMode;
    this.#recoveryMicros = recoveryMillis * microsPerMilli;
  }

  get state(): ApplicationServerState {
    return this.#procedure.state;
  }

  /** T(r), which runs while the state is pending. */
  nextDeadline(): Micros | undefined {
    return this.#recoveryDeadline;
  }

  /** An ASP changed its state. */
  aspState(asp: number, state: AspState, now: Micros): ApplicationServerAction[] {
    const before = this.#asps.get(asp) ?? "down";
    const actions: ApplicationServerAction[] = [];
    this.#asps.set(asp, state);
    if (state === "active" && this.#trafficMode === "override") {
      for (const other of this.#active()) {
        if (other === asp) continue;
        this.#asps.set(other, "inactive");
        actions.push({ kind: "override", asp: other });
      }
    }
    const notified = this.#enter(this.#sum(), now);
    actions.push(...notified);
    // Who comes up learns the state that the others know already (4.3.4.5).
    if (notified.length === 0 && before === "down" && state !== "down") actions.push(...this.#notify([asp]));
    return actions;
  }

  /** The owner calls it when `nextDeadline` has passed. */
  expire(now: Micros): ApplicationServerAction[] {
    if (this.#recoveryDeadline === undefined || now < this.#recoveryDeadline) return [];
    return this.#enter(this.#sum() === "down" ? "Tr-down" : "Tr-inactive", now);
  }

  /** The ASPs to which a message with this SLS goes. */
  recipients(sls: number): readonly number[] {
    const active = this.#active();
    if (this.#trafficMode === "broadcast" || active.length === 0) return active;
    return [active[sls % active.length]];
  }

  #enter(event: ApplicationServerEvent, now: Micros): ApplicationServerAction[] {
    const before = this.#procedure.state;
    this.#procedure.apply(event);
    const state = this.#procedure.state;
    if (state === before) return [];
    this.#recoveryDeadline = state === "pending" ? now + this.#recoveryMicros : undefined;
    return [{ kind: "state", state }, ...this.#notify([...this.#asps.keys()])];
  }

  #notify(asps: readonly number[]): ApplicationServerAction[] {
    const state = this.#procedure.state;
    if (state === "down") return [];
    return asps
      .filter((asp) => this.#asps.get(asp) !== "down")
      .map((asp) => ({ kind: "notify", asp, status: statusOf[state] }));
  }

  #active(): readonly number[] {
    return [...this.#asps].filter(([, state]) => state === "active").map(([asp]) => asp);
  }

  #sum(): "active" | "inactive" | "down" {
    const states = [...this.#asps.values()];
    if (states.includes("active")) return "active";
    return states.includes("inactive") ? "inactive" : "down";
  }
}
