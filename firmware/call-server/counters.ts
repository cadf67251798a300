/** What this card has counted since it started; for the monitor, not replicated. */

const names = [
  "callsRefusedByCongestion",
  "attempts",
  "answered",
  "released",
  "reattempts",
  "dualSeizures",
  "messagesMalformed",
  "messagesPassedOnWithoutProcedure",
  "messagesUnexpected",
  "messagesUnknown",
  "messagesUnequipped",
  "inputsDouble",
  "inputsMalformed",
  "inputsPoisoned",
  "inputsStray",
  "circuitAlarms",
  "clockCorrections",
] as const;

export type CounterName = (typeof names)[number];

export class Counters {
  readonly #counts = new Map<CounterName, number>(names.map((name) => [name, 0]));
  readonly #releasedByCause = new Map<number, number>();

  count(name: CounterName): void {
    this.#counts.set(name, this.value(name) + 1);
  }

  countRelease(cause: number): void {
    this.count("released");
    this.#releasedByCause.set(cause, (this.#releasedByCause.get(cause) ?? 0) + 1);
  }

  value(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  all(): Readonly<Record<string, unknown>> {
    return { ...Object.fromEntries(this.#counts), releasedByCause: Object.fromEntries(this.#releasedByCause) };
  }
}
