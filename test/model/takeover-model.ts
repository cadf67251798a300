/** The takeover protocol as a model that can be explored: all moves, all invariants. */
import type { Exploration, Model } from "./explorer.ts";
import { explore } from "./explorer.ts";
import { faultMoves } from "./fault-moves.ts";
import { type Breakage, judge, whatIsMissing } from "./invariants.ts";
import { initialState, keyOf, type RackState } from "./rack-state.ts";
import { resynchronisationMoves } from "./resynchronisation-moves.ts";
import { serviceMoves } from "./service-moves.ts";
import type { Setting } from "./setting.ts";
import type { Move } from "./step.ts";
import { takeoverMoves } from "./takeover-moves.ts";

const moves: readonly Move[] = [...serviceMoves, ...takeoverMoves, ...resynchronisationMoves, ...faultMoves];

export type TakeoverExploration = Exploration<RackState, Exclude<Breakage, "standstill">>;

function takeoverModel(setting: Setting): Model<RackState, Exclude<Breakage, "standstill">> {
  return {
    initial: initialState(setting),
    key: keyOf,
    judge,
    missing: (state) => whatIsMissing(state, setting),
    *steps(state) {
      for (const move of moves) {
        for (const { text, next, kind } of move(state, setting)) yield { text, next, counts: kind !== "fault" };
      }
    },
  };
}

export function exploreTakeover(setting: Setting, statesMax = 400_000): TakeoverExploration {
  return explore(takeoverModel(setting), statesMax);
}
