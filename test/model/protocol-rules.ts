/**
 * The rules of the takeover protocol, one a row. The model can be told to leave one out; what breaks then is in ablations.ts. Six that
 * the firmware, too, can leave out go by the same names.
 */
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";

type SharedRule = Extract<
  ProtocolRule,
  "repair" | "pending-inputs" | "begin" | "begin-tells-base" | "salvage" | "catch-up-first"
>;

// biome-ignore format: a rule a row
export const protocolRules = {
  // --- commits and inputs
  "repair":                   "a commit that a card missed is given again by the primary of the day",
  "in-order":                 "inputs of one sender are consumed in the order of their numbers",
  "marks":                    "an input is recognised as consumed by the replicated mark, whenever it arrives",
  "hand-on":                  "a call server hands on pending inputs whose sender has died",
  "pending-inputs":           "a new primary works off what its predecessor had not consumed",
  // --- claim
  "hears-nobody":             "a call server that hears nobody does not claim, and steps down as primary",
  "deaf-says-so":             "a card that hears nobody says so, and nobody waits for it",
  "flag":                     "a card that does not acknowledge inputs is flagged by the witnesses; by a majority it counts as dead",
  "flag-others":              "a witness flags for the inputs of others as for its own",
  "repeat-claim":             "a claim is repeated until it is settled, and judged afresh each time",
  "unique-terms":             "a term belongs to one claimant: by its parity",
  "defer":                    "no claim against a standing claim that is heard; who made way lets a complete backup go first",
  "leaving-does-not-claim":   "a card that is leaving does not claim as long as it hears another that has the state; if it claims, it stays",
  "incomplete-does-not-claim": "a card that has not all of the state does not claim",
  "claim-tells-term":         "the claim tells the term of its last commit: commits of a higher term are given whatever their sequence",
  // --- grant, resign, quorum
  "salvage":                  "with its grant a witness gives the commits that the claimant lacks",
  "fence":                    "from the grant to the BEGIN a witness performs nothing",
  "all-alive":                "every witness that is alive must have granted",
  "majority":                 "claimant, grants and resignation are a majority of the group as configured",
  "call-servers-vote":        "the majority is counted over witnesses and call servers",
  "wait-for-resignation":     "the claimant waits for the resignation of a call server that it hears",
  "resigned-stays-complete":  "who resigns keeps its state, and may claim if the claimant dies",
  // --- begin
  "begin":                    "the first commit of a term is BEGIN: it confirms every commit before it",
  "begin-tells-base":         "a BEGIN tells the term of the commit before it: it follows no other",
  "drop-older-terms":         "at BEGIN everybody drops commits of older terms at and above its sequence",
  "begin-before-term":        "a commit is delivered only after the BEGIN of its term",
  "own-conflict":             "a card whose own commits are not those that a BEGIN confirms begins anew",
  "beats-tell-run":           "so does one that hears by the primary's beats that it reaches beyond a BEGIN which it does not hold",
  // --- newcomers
  "adopt":                    "a witness adopts the term of a primary that it did not grant",
  "admission":                "a witness that restarted performs nothing and counts for nothing until a commit admits it",
  "newcomer-fallback":        "a newcomer counts when everybody is heard and nobody is primary",
  // --- outputs of a LIM that died
  "move":                     "the primary commits the move of a dead LIM's outputs to its partner",
  "move-from-mark":           "the move names the last commit that the dead LIM said it performed; what is above is performed again",
  "move-by-commit":           "no LIM decides for itself to stand in for another",
  "moved-stops":              "a LIM that reads that its outputs were moved performs nothing of what it reads with that, nor until it is admitted again",
  "catch-up-first":           "a card that stood still performs nothing until it knows what was committed meanwhile",
  "admitted-again":           "a LIM that is heard again after its outputs were moved is admitted again",
  // --- resynchronisation
  "commits-over-copy":        "later commits are applied over the copy of a row, whatever they touched",
  "witnesses-reached":        "nor before every witness has performed all that was before the head: it could not give it again",
  "complete-when-reached":    "a card is complete when its commits have reached the last copy's",
} as const satisfies Readonly<Record<string, string>> & Readonly<Record<SharedRule, string>>;

export type Rule = keyof typeof protocolRules;
