/** One row of a state machine, read across: in `state` on `event` go to `next` and do `actions`. */
export type ProcedureRow<State, Event, Action> = readonly [
  state: State,
  event: Event,
  next: State,
  actions: readonly Action[],
];

/** A table of rows and the state it is in. */
export class Procedure<State extends string, Event extends string, Action extends string> {
  readonly #rows: ReadonlyMap<string, ProcedureRow<State, Event, Action>>;
  #state: State;

  constructor(rows: readonly ProcedureRow<State, Event, Action>[], initial: State) {
    this.#rows = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  /** Takes the row for `event` and gives its actions. Undefined: there is no row, nothing happened. */
  apply(event: Event): readonly Action[] | undefined {
    const row = this.#rows.get(`${this.#state} ${event}`);
    if (!row) return undefined;
    this.#state = row[2];
    return row[3];
  }
}
