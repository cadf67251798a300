/**
 * The clock of a card. Both processors of a card read the same one; two cards' clocks have nothing in common.
 * Deadlines are whole microseconds.
 */
export interface Clock {
  /** Whole microseconds since a moment of the clock's own choice. Never goes back, whatever is done to the time of day. */
  nowMicros(): number;

  /** The time of day: milliseconds since 1970-01-01 UTC. May jump in either direction; fit for records, not for measuring. */
  wallMillis(): number;

  /**
   * Calls `wake` once, when `nowMicros()` has reached `deadlineMicros`: never earlier, and never from within `at`, even
   * when the deadline is past: then it counts as now, so that nobody gets before what waits already. Wakes come in the order
   * of their deadlines, equal ones in the order in which they were armed. The result cancels: afterwards `wake` is not called any more. To cancel again, or too late, does nothing.
   */
  at(deadlineMicros: number, wake: () => void): () => void;
}
