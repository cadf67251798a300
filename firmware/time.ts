/** Microseconds of a card's monotonic clock. Two cards' clocks have nothing in common. */
export type Micros = number;

export const microsPerMilli = 1000;
