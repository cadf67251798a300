/** One seed, played: what is asked of a thread, and what it answers. */
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Breach } from "../simulator/invariants.ts";
import type { FaultName } from "../simulator/random-faults.ts";
import { randomScenario } from "../simulator/random-scenario.ts";
import { readableTrace } from "./readable-trace.ts";

export interface SeedTask {
  readonly seed: number;
  /** Faults to draw from. */
  readonly faults: readonly FaultName[];
  readonly withoutRules: readonly ProtocolRule[];
}

export interface SeedReport {
  readonly seed: number;
  /** What was wrong; empty when all was well. */
  readonly breaches: readonly Breach[];
  readonly calls: number;
  readonly struck: Readonly<Partial<Record<FaultName, number>>>;
  /** Of a seed that went wrong: the story, and what the cards said around the moment. */
  readonly trace: readonly string[];
}

export function playSeed(configuration: RackConfiguration, { seed, faults, withoutRules }: SeedTask): SeedReport {
  const outcome = randomScenario(configuration, seed, { faults, withoutRules });
  const { breaches, calls, struck } = outcome;
  return { seed, breaches, calls, struck, trace: breaches.length > 0 ? readableTrace(outcome) : [] };
}
