/**
 * Walks all states that can be reached, breadth first, so that the way to the first bad one is the shortest. Knows nothing of what
 * it walks.
 */

export interface ExplorerStep<State> {
  readonly text: string;
  readonly next: State;
  /** Whether one may count on it: a fault may happen, but nothing may depend on it. */
  readonly counts: boolean;
}

export interface Model<State, Broken extends string> {
  readonly initial: State;
  key(state: State): string;
  steps(state: State): Iterable<ExplorerStep<State>>;
  /** What is broken in a state. What follows from a broken state is not looked at. */
  judge(state: State): { readonly broken: Broken; readonly how: string } | undefined;
  /** What is not as it should be in the end; undefined in a state that must stay within reach of every other. */
  missing(state: State): string | undefined;
}

/** The shortest way to something bad. */
export interface Counterexample<Broken extends string> {
  readonly broken: Broken | "standstill";
  readonly how: string;
  readonly story: readonly string[];
}

export interface Exploration<State, Broken extends string> {
  readonly states: number;
  /** False: there were more than `statesMax`. Nothing is known of the rest, nor of standstills. */
  readonly whole: boolean;
  /** The first of each kind. */
  readonly counterexamples: readonly Counterexample<Broken>[];
  /** A state from which the goal is out of reach, for whoever wants to look at it. */
  readonly standstill: State | undefined;
}

export function explore<State, Broken extends string>(
  model: Model<State, Broken>,
  statesMax: number,
): Exploration<State, Broken> {
  const walk = new Walk(model, statesMax);
  walk.run();
  return walk.outcome();
}

class Walk<State, Broken extends string> {
  readonly #model: Model<State, Broken>;
  readonly #statesMax: number;
  readonly #places = new Map<string, number>();
  readonly #states: State[] = [];
  /** By place: the way it was reached first, and from where it is reached by steps that count. */
  readonly #parents: number[] = [];
  readonly #texts: string[] = [];
  readonly #reachedFrom: number[][] = [];
  readonly #goals: number[] = [];
  readonly #found = new Map<string, Counterexample<Broken>>();
  #whole = true;

  constructor(model: Model<State, Broken>, statesMax: number) {
    this.#model = model;
    this.#statesMax = statesMax;
    this.#place(model.initial, -1, "");
  }

  run(): void {
    for (let place = 0; place < this.#states.length; place++) this.#expand(place);
  }

  #expand(place: number): void {
    const state = this.#states[place];
    const verdict = this.#model.judge(state);
    if (verdict) {
      if (!this.#found.has(verdict.broken)) this.#found.set(verdict.broken, { ...verdict, story: this.#story(place) });
      // It is bad enough: it need not stand still, too.
      this.#goals.push(place);
      return;
    }
    if (this.#model.missing(state) === undefined) this.#goals.push(place);
    for (const { text, next, counts } of this.#model.steps(state)) {
      const reached = this.#place(next, place, text);
      if (counts && reached !== undefined && reached !== place) this.#reachedFrom[reached].push(place);
    }
  }

  #place(state: State, parent: number, text: string): number | undefined {
    const key = this.#model.key(state);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= this.#statesMax) {
      this.#whole = false;
      return undefined;
    }
    const place = this.#states.length;
    this.#places.set(key, place);
    this.#states.push(state);
    this.#parents.push(parent);
    this.#texts.push(text);
    this.#reachedFrom.push([]);
    return place;
  }

  #story(place: number): string[] {
    const story: string[] = [];
    for (let at = place; at > 0; at = this.#parents[at]) story.unshift(this.#texts[at]);
    return story;
  }

  /** The first state from which no goal is reached. */
  #stuck(): number {
    const alive = new Uint8Array(this.#states.length);
    const open = [...this.#goals];
    for (const place of open) alive[place] = 1;
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      for (const from of this.#reachedFrom[place]) {
        if (alive[from]) continue;
        alive[from] = 1;
        open.push(from);
      }
    }
    return alive.indexOf(0);
  }

  /** What is missing where things come to an end after a standstill. */
  #end(state: State): string {
    const seen = new Set([this.#model.key(state)]);
    const isNew = ({ next, counts }: ExplorerStep<State>) => counts && !seen.has(this.#model.key(next));
    let last = state;
    for (;;) {
      const next = [...this.#model.steps(last)].find(isNew)?.next;
      if (next === undefined) return this.#model.missing(last) ?? "nothing is missing";
      seen.add(this.#model.key(next));
      last = next;
    }
  }

  outcome(): Exploration<State, Broken> {
    const counterexamples = [...this.#found.values()];
    const stuck = this.#whole ? this.#stuck() : -1;
    if (stuck >= 0) {
      const how = `in the end ${this.#end(this.#states[stuck])}`;
      counterexamples.push({ broken: "standstill", how, story: this.#story(stuck) });
    }
    return {
      states: this.#states.length,
      whole: this.#whole,
      counterexamples: counterexamples.sort((a, b) => a.story.length - b.story.length),
      standstill: stuck >= 0 ? this.#states[stuck] : undefined,
    };
  }
}
