/** What each rule is there for: the scenario in which its absence is noticed, and what breaks there. */
import type { Breakage } from "./invariants.ts";
import type { Rule } from "./protocol-rules.ts";
import type { ScenarioName } from "./scenarios.ts";

export interface Ablation {
  readonly scenario: ScenarioName;
  readonly breaks: Breakage;
}

// biome-ignore format: a rule a row
export const ablations: Readonly<Record<Rule, Ablation>> = {
  "repair":                    { breaks: "standstill",           scenario: "nothing fails" },
  "in-order":                  { breaks: "standstill",           scenario: "nothing fails" },
  "marks":                     { breaks: "double output",        scenario: "a call server is pulled" },
  "hand-on":                   { breaks: "standstill",           scenario: "any card is pulled" },
  "pending-inputs":            { breaks: "standstill",           scenario: "any card is pulled" },
  "hears-nobody":              { breaks: "standstill",           scenario: "a false suspicion, and any card is deaf" },
  "deaf-says-so":              { breaks: "standstill",           scenario: "any card is deaf" },
  "flag":                      { breaks: "standstill",           scenario: "the primary is hard of hearing" },
  "flag-others":               { breaks: "standstill",           scenario: "the primary is hard of hearing" },
  "repeat-claim":              { breaks: "standstill",           scenario: "a false suspicion, and any card is pulled" },
  "unique-terms":              { breaks: "standstill",           scenario: "two false suspicions, and any card is pulled" },
  "defer":                     { breaks: "claims without end",   scenario: "two false suspicions, nothing else" },
  "leaving-does-not-claim":    { breaks: "leaver serves again",  scenario: "A leaves, and any card fails" },
  "incomplete-does-not-claim": { breaks: "tables differ",        scenario: "B is replaced, and two false suspicions" },
  "claim-tells-term":          { breaks: "void output",          scenario: "A fails for a while, then two false suspicions" },
  "salvage":                   { breaks: "void output",          scenario: "a call server is pulled" },
  "fence":                     { breaks: "void output",          scenario: "any card fails for a while" },
  "all-alive":                 { breaks: "void output",          scenario: "A is pulled, a commit reached one witness only" },
  "majority":                  { breaks: "void output",          scenario: "two false suspicions, and any card is pulled" },
  "call-servers-vote":         { breaks: "standstill",           scenario: "A leaves, and any card fails" },
  "wait-for-resignation":      { breaks: "standstill",           scenario: "A is mute for a while, two false suspicions" },
  "resigned-stays-complete":   { breaks: "standstill",           scenario: "two false suspicions, and any card is pulled" },
  "begin":                     { breaks: "standstill",           scenario: "any card is pulled" },
  "begin-tells-base":          { breaks: "tables differ",        scenario: "A is mute for a while, two false suspicions" },
  "drop-older-terms":          { breaks: "standstill",           scenario: "A is pulled, a commit reached nobody" },
  "begin-before-term":         { breaks: "tables differ",        scenario: "A fails for a while, then two false suspicions" },
  "own-conflict":              { breaks: "standstill",           scenario: "A fails for a while, then two false suspicions" },
  "beats-tell-run":            { breaks: "standstill",           scenario: "A is mute for a while, two false suspicions" },
  "adopt":                     { breaks: "standstill",           scenario: "a false suspicion, and any card is pulled" },
  "admission":                 { breaks: "double output",        scenario: "a LIM fails and comes back" },
  "newcomer-fallback":         { breaks: "standstill",           scenario: "A and T are replaced at the same time" },
  "move":                      { breaks: "standstill",           scenario: "any card is pulled" },
  "move-from-mark":            { breaks: "double output",        scenario: "a LIM fails and comes back" },
  "move-by-commit":            { breaks: "double output",        scenario: "a LIM is taken for dead" },
  "moved-stops":               { breaks: "double output",        scenario: "a LIM is taken for dead" },
  "catch-up-first":            { breaks: "late output",          scenario: "a LIM stands still for a while" },
  "admitted-again":            { breaks: "standstill",           scenario: "a LIM stands still for a while" },
  "commits-over-copy":         { breaks: "tables differ",        scenario: "B is replaced while commits go on" },
  "complete-when-reached":     { breaks: "tables run ahead",     scenario: "B is replaced while commits go on" },
  "witnesses-reached":         { breaks: "standstill",           scenario: "B is replaced, and two false suspicions" },
};
