/** What must hold in a rack, whatever befalls it: the table that the hunt looks at, and what a breach of it is. */

interface Invariant {
  readonly when: "every commit" | "every takeover" | "every millisecond" | "every death" | "the end" | "always";
  readonly meaning: string;
}

// biome-ignore format: an invariant a row
export const invariants = {
  "one primary a term":    { when: "every takeover",    meaning: "no term begins twice, and no two cards are primary of one term" },
  "terms rise":            { when: "every millisecond", meaning: "no card goes back to a term that it has left" },
  "quorum":                { when: "every takeover",    meaning: "a term begins with a majority of cards that remember what they granted, or with everybody" },
  "followed term":         { when: "every commit",      meaning: "a LIM or transporter performs what the primary it follows has committed, or what that one's BEGIN has confirmed" },
  "one history":           { when: "every commit",      meaning: "whoever is given a commit is given the same, in order, with the input that it refers to" },
  "performed once":        { when: "every commit",      meaning: "no slot performs a commit twice, or leaves one out" },
  "dismissed":             { when: "every commit",      meaning: "a LIM or transporter that was dismissed does nothing of what came before, once it can know, nor until it is admitted again; any other does all" },
  "no void effect":        { when: "every takeover",    meaning: "a new primary knows every commit that anybody has performed" },
  "inputs once":           { when: "every commit",      meaning: "the inputs of a card are consumed in the order of their numbers, none twice, none left out" },
  "equal tables":          { when: "every commit",      meaning: "call servers that stand at the same commit hold the same tables" },
  "timers run":            { when: "every takeover",    meaning: "whoever is complete runs a timer for every circuit and connection that waits" },
  "state survives":        { when: "every takeover",    meaning: "the rack starts cold once" },
  "no false death":        { when: "every death",       meaning: "no card is found dead whose beats have come on both planes within the limit, unless it babbles on both" },
  "no stray connection":   { when: "every millisecond", meaning: "no endpoint of the gateway stays connected for long without a connection in the primary's tables" },
  "assertions":            { when: "always",            meaning: "no card stops on an assertion" },
  "protected":             { when: "the end",           meaning: "after every fault, and in the end, one call server is primary and the other its complete backup" },
  "calls completed":       { when: "the end",           meaning: "every call has gone as planned; nothing was heard twice or out of place" },
  "nothing left":          { when: "the end",           meaning: "no circuit is busy, no row of a call is left, the gateway connects nothing" },
  "records":               { when: "the end",           meaning: "every call has one call detail record, the same on both call servers" },
} as const satisfies Readonly<Record<string, Invariant>>;

export type InvariantName = keyof typeof invariants;

/** An invariant that did not hold. */
export interface Breach {
  readonly invariant: InvariantName;
  readonly what: string;
}

/** Says that an invariant does not hold. */
export type Complain = (invariant: InvariantName, what: string) => void;
