/** A state machine as a table of rows, read across. */
import { assert } from "../result.ts";

/** In one of these states, on this event: the next state (`=` the same), what is done, and the Q.850 cause if a call ends. */
export type Row<S extends string, E extends string, A extends string> = readonly [
  states: S | readonly S[],
  event: E,
  next: S | "=",
  actions: readonly A[],
  cause?: number,
];

export interface Transition<S extends string, A extends string> {
  readonly next: S;
  readonly actions: readonly A[];
  readonly cause: number | undefined;
}

export class StateMachine<S extends string, E extends string, A extends string> {
  readonly #transitions = new Map<string, Map<string, Transition<S, A>>>();

  constructor(rows: readonly Row<S, E, A>[]) {
    for (const [states, event, next, actions, cause] of rows) {
      for (const state of typeof states === "string" ? [states] : states) {
        const ofState = this.#transitions.get(state) ?? new Map<string, Transition<S, A>>();
        assert(!ofState.has(event), `two rows for ${event} in ${state}`);
        this.#transitions.set(state, ofState.set(event, { next: next === "=" ? state : next, actions, cause }));
      }
    }
  }

  find(state: S, event: string): Transition<S, A> | undefined {
    return this.#transitions.get(state)?.get(event);
  }

  /** One line a state and event, for people. */
  matrix(): readonly {
    readonly state: string;
    readonly event: string;
    readonly next: string;
    readonly actions: string;
  }[] {
    return [...this.#transitions].flatMap(([state, events]) =>
      [...events].map(([event, { next, actions, cause }]) => ({
        state,
        event,
        next: next === state ? "=" : next,
        actions: `${actions.join(", ")}${cause === undefined ? "" : ` (cause ${cause})`}`,
      })),
    );
  }
}
