/** What a card holds of the group's commits, as the firmware's commit log: an unbroken run, and what waits for a gap to close. */

/** A commit by what the protocol sees of it. */
export type Commit =
  /** `afterTerm`: the term of the commit before it. */
  | { readonly kind: "begin"; readonly term: number; readonly afterTerm: number }
  | { readonly kind: "input"; readonly term: number; readonly number: number }
  /** `voids`: inputs up to this number are of an earlier incarnation. */
  | { readonly kind: "admit"; readonly term: number; readonly witness: number; readonly voids: number }
  /** Outputs of `witness` above `mark` are its partner's. */
  | { readonly kind: "move"; readonly term: number; readonly witness: number; readonly mark: number };

export interface Held {
  readonly sequence: number;
  readonly commit: Commit;
}

export interface Run {
  /** The run follows this commit, of this term; what it and those before were, is not known. */
  start: number;
  startTerm: number;
  commits: Commit[];
  held: Held[];
}

export function runAfter(start: number, startTerm: number): Run {
  return { start, startTerm, commits: [], held: [] };
}

export function copyOfRun(run: Run): Run {
  return { ...run, commits: [...run.commits], held: [...run.held] };
}

const commitKeys = new WeakMap<Commit, string>();

/** Commits are never changed, and shared by all states that hold them. */
function keyOfCommit(commit: Commit): string {
  let key = commitKeys.get(commit);
  if (key === undefined) {
    key = Object.values(commit).join(" ");
    commitKeys.set(commit, key);
  }
  return key;
}

export function keyOfRun({ start, startTerm, commits, held }: Run): string {
  const waiting = held.map(({ sequence, commit }) => `${sequence} ${keyOfCommit(commit)}`);
  return `${start},${startTerm},${commits.map(keyOfCommit)},held ${waiting}`;
}

export function lastOf(run: Run): number {
  return run.start + run.commits.length;
}

export function lastTermOf(run: Run): number {
  return run.commits.at(-1)?.term ?? run.startTerm;
}

export function commitAt(run: Run, sequence: number): Commit | undefined {
  return run.commits[sequence - run.start - 1];
}

/** The commits of the run with their sequences, from a sequence on. */
export function* commitsFrom(run: Run, from: number): Generator<Held> {
  for (let sequence = Math.max(from, run.start + 1); sequence <= lastOf(run); sequence++) {
    yield { sequence, commit: run.commits[sequence - run.start - 1] };
  }
}

/** Keeps a commit until its turn; at equal sequence the higher term replaces. */
export function hold(run: Run, sequence: number, commit: Commit): void {
  const present = run.held.find((held) => held.sequence === sequence);
  if (present && present.commit.term >= commit.term) return;
  run.held = [...run.held.filter((held) => held !== present), { sequence, commit }].sort(
    (a, b) => a.sequence - b.sequence,
  );
}

export function isHeld(run: Run, sequence: number): boolean {
  return run.held.some((held) => held.sequence === sequence);
}

/** What may be believed of a commit without proof. */
export interface Credulity {
  /** The BEGIN of its term need not have come. */
  readonly anyTerm: boolean;
  /** It is a BEGIN: the commit before it, of whatever term, is the one that it was put after. */
  readonly anyBase: boolean;
}

/** The commit whose turn it is. */
export function nextOf(run: Run, { anyTerm, anyBase }: Credulity): Commit | undefined {
  const commit = run.held.find((held) => held.sequence === lastOf(run) + 1)?.commit;
  if (!commit) return undefined;
  if (commit.kind === "begin") return anyBase || commit.afterTerm === lastTermOf(run) ? commit : undefined;
  return anyTerm || commit.term === lastTermOf(run) ? commit : undefined;
}

/** Makes a commit the last of the run. */
export function append(run: Run, commit: Commit): void {
  run.commits.push(commit);
  const last = lastOf(run);
  run.held = run.held.filter(({ sequence }) => sequence !== last);
}

/**
 * What comes next is of a later term, whose BEGIN this run lacks although it reaches beyond it, or is a BEGIN that was put after
 * another commit than the last of this run.
 */
export function isAstray(run: Run, { anyBase }: Credulity): boolean {
  const commit = run.held.find((held) => held.sequence === lastOf(run) + 1)?.commit;
  if (!commit) return false;
  if (commit.kind === "begin") return !anyBase && commit.afterTerm !== lastTermOf(run);
  return commit.term > lastTermOf(run);
}

export function dropOlderTerms(run: Run, sequence: number, term: number): void {
  run.held = run.held.filter((held) => held.sequence < sequence || held.commit.term >= term);
}

/** What someone lacks whose last commit is `last` of `lastTerm`, of what this run and those that wait have. */
export function lackedBy(run: Run, last: number, lastTerm: number): Held[] {
  return [...commitsFrom(run, 0), ...run.held]
    .filter(({ sequence, commit }) => sequence > last || commit.term > lastTerm)
    .sort((a, b) => a.sequence - b.sequence);
}
