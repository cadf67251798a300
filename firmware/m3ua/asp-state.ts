/** RFC 4666 4.3.1. */
export type AspState = "down" | "inactive" | "active";

const ranks = { down: 0, inactive: 1, active: 2 } as const;

export function isBelow(state: AspState, than: AspState): boolean {
  return ranks[state] < ranks[than];
}

export function lowerOf(one: AspState, other: AspState): AspState {
  return isBelow(one, other) ? one : other;
}
