/**
 * An input that a primary has died of: the next one does not look into it. What it was about is put right without it: its call is
 * released, a circuit without a call is reset.
 */
import type { Input } from "../interchange/input.ts";
import { releaseCall } from "./call-release.ts";
import { releaseCause } from "./release-causes.ts";
import { callOf } from "./tables/change-codec.ts";
import type { Turn } from "./turn.ts";

export function discardPoison(turn: Turn, input: Input): void {
  const { plan, tables } = turn.node;
  const call = callOf(tables, input);
  if (turn.hasState(call)) releaseCall(turn, call, { by: "exchange", cause: releaseCause.temporaryFailure });
  else if ("circuit" in input && plan.has(input.circuit)) turn.fireCircuit(input.circuit, "unreasonable");
}
