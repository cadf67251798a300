/**
 * Mechanisms broken on purpose: the hunt must find each of them, or it would not find the mistake that breaks it unnoticed. A
 * mutation is hunted with the faults that its mechanism is there for.
 */
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import type { FaultName } from "../simulator/random-faults.ts";

/** Two of each card. */
const redundant = "boards/simulated/redundant.yaml";

export interface Mutation {
  readonly name: string;
  readonly withoutRules: readonly ProtocolRule[];
  readonly faults: readonly FaultName[];
  /** The rack, where it takes another one than the hunt's own. */
  readonly config?: string;
  /** Seen only where several things coincide, as two runs of commits of the same length: dozens of seeds go by without. */
  readonly rare?: true;
}

// biome-ignore format: a mutation a row
export const mutations: readonly Mutation[] = [
  { name: "no salvage",                                        withoutRules: ["salvage"],                           faults: ["last two bits", "pull primary in noise"] },
  { name: "no repair",                                         withoutRules: ["repair"],                            faults: ["omissions"] },
  { name: "repair by the original sender only",                withoutRules: ["repair-of-earlier-terms"],           faults: ["pull primary in noise", "last two bits"] },
  { name: "no BEGIN",                                          withoutRules: ["begin"],                             faults: ["pull primary"] },
  { name: "a BEGIN follows whatever comes before it",          withoutRules: ["begin-tells-base"],                  faults: ["two false suspicions"] },
  { name: "a witness performs between grant and BEGIN",        withoutRules: ["hold-until-begin"],                  faults: ["leave in a burst"] },
  { name: "a witness grants twice in one term",                withoutRules: ["one-grant-a-term", "unique-terms"],  faults: ["estrange"] },
  { name: "a restarted witness grants at once",                withoutRules: ["newcomers-abstain"],                 faults: ["restart witness, pull primary"] },
  { name: "a stale term is accepted",                          withoutRules: ["no-stale-terms"],                    faults: ["freeze", "freeze in noise"] },
  { name: "an output is performed twice",                      withoutRules: ["perform-once"],                      faults: ["omissions"] },
  { name: "a commit is delivered before its input is there",   withoutRules: ["whole-commits"],                     faults: ["omissions"] },
  { name: "pending inputs are dropped",                        withoutRules: ["pending-inputs"],                    faults: ["pull primary in a burst"] },
  { name: "timers are not armed again at a takeover",          withoutRules: ["timers-at-takeover"],                faults: ["pull primary"] },
  { name: "an incomplete card claims",                         withoutRules: ["claim-when-complete"],               faults: ["freeze while giving"] },
  { name: "consumed marks are no part of the snapshot",        withoutRules: ["marks-in-snapshot"],                 faults: ["pull backup", "pull primary"] },
  { name: "a row's copy is dropped when a commit touched it",  withoutRules: ["row-copies"],                        faults: ["pull backup"] },
  { name: "the incarnation is ignored",                        withoutRules: ["incarnations"],                      faults: ["restart LIM", "restart transporter"] },
  { name: "no second look",                                    withoutRules: ["second-look"],                       faults: ["slow"] },
  { name: "a dismissal is ignored",                            withoutRules: ["dismissal"],                         faults: ["freeze"], config: redundant },
  { name: "a card that was away performs at once",             withoutRules: ["catch-up-first"],                    faults: ["freeze"], config: redundant, rare: true },
];

/** More seeds than any of them has ever needed. */
export const mutationSeedsMax = 400;
