/** The faults that the protocol is explored under, with the bounds of each exploration. */
import { type Bounds, undisturbed } from "./setting.ts";

const two = { ...undisturbed, inputs: 2 } as const;
const three = { ...undisturbed, witnesses: 3 } as const;
const passing = ["deaf", "mute", "frozen"] as const;
const limGone = ["pulled", "mute", "frozen"] as const;

// biome-ignore format: a scenario a row
export const scenarios = {
  "nothing fails":                                   { ...two, omissions: 2 },
  "a call server is pulled":                         { ...two, omissions: 2, faults: 1, targets: ["A", "B"] },
  "A is pulled, a commit reached one witness only":  { ...three, omissions: 3, faults: 1, targets: ["A"] },
  "A is pulled, a commit reached nobody":            { ...two, omissions: 4, faults: 1, targets: ["A"] },
  "any card is pulled":                              { ...three, omissions: 1, faults: 1 },
  "any card is deaf":                                { ...three, faults: 1, kinds: ["deaf"] },
  "any card is mute":                                { ...three, faults: 1, kinds: ["mute"] },
  "any card is frozen":                              { ...three, faults: 1, kinds: ["frozen"] },
  "the primary is hard of hearing":                  { ...three, faults: 1, kinds: ["hard-of-hearing"], targets: ["A"] },
  "two false suspicions, nothing else":              { ...undisturbed, inputs: 0, falseSuspicions: 2 },
  "two false suspicions":                            { ...three, omissions: 1, falseSuspicions: 2 },
  "a false suspicion, and any card is pulled":       { ...three, falseSuspicions: 1, faults: 1 },
  "two false suspicions, and any card is pulled":    { ...undisturbed, omissions: 1, falseSuspicions: 2, faults: 1 },
  "a false suspicion, and any card is deaf":         { ...undisturbed, falseSuspicions: 1, faults: 1, kinds: ["deaf"] },
  "any card fails for a while":                      { ...two, omissions: 1, faults: 1, kinds: passing, mends: true },
  "A is deaf for a while, both claim at once":       { ...undisturbed, omissions: 2, faults: 1, kinds: ["deaf"], targets: ["A"], mends: true },
  "A fails for a while, then two false suspicions":  { ...two, falseSuspicions: 2, faults: 1, kinds: passing, targets: ["A"], mends: true },
  "A is mute for a while, two false suspicions":     { ...undisturbed, omissions: 2, falseSuspicions: 2, faults: 1, kinds: ["mute"], targets: ["A"], mends: true },
  "A and T are replaced at the same time":           { ...undisturbed, faults: 2, targets: ["A", "T"], mends: true },
  "any card is replaced, and another pulled":        { ...two, omissions: 1, faults: 1, laterFaults: 1, mends: true },
  "A leaves, and any card fails":                    { ...two, leaves: 1, faults: 1, kinds: ["pulled", ...passing] },
  "A leaves, a record is missed, a card is pulled":  { ...two, omissions: 1, leaves: 1, faults: 1 },
  "a LIM fails and comes back":                      { ...three, inputs: 2, omissions: 1, faults: 1, kinds: limGone, targets: ["L1", "L2"], mends: true },
  "a LIM is taken for dead":                         { ...three, inputs: 2, omissions: 1, falseSuspicions: 1 },
  "a LIM stands still for a while":                  { ...three, inputs: 3, faults: 1, kinds: ["frozen"], targets: ["L1", "L2"], mends: true },
  "a LIM stands still for a while, later A":         { ...three, inputs: 2, faults: 1, laterFaults: 1, kinds: ["frozen"], targets: ["L1", "A"], mends: true },
  "a LIM fails, later A":                            { ...three, inputs: 2, faults: 1, laterFaults: 1, targets: ["L2", "A"], mends: true },
  "B is replaced while commits go on":               { ...two, inputs: 3, omissions: 1, faults: 1, targets: ["B"], mends: true, copiedRows: 2 },
  "B is replaced, and two false suspicions":         { ...undisturbed, falseSuspicions: 2, faults: 1, targets: ["B"], mends: true, copiedRows: 2 },
  "B is replaced while commits go on, later A fails": { ...two, inputs: 3, faults: 1, laterFaults: 1, targets: ["A", "B"], mends: true, copiedRows: 2 },
} as const satisfies Record<string, Bounds>;

export type ScenarioName = keyof typeof scenarios;
