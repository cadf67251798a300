/** Puts the steps of a switchover together: what was done to the primary, who claimed, who began. */
import type { Milestone } from "../../firmware/backplane/membership.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";

/** `leave`: the primary was told to, at its console or its front panel, by an upgrade. */
export type SwitchoverCause = "pull" | "freeze" | "leave" | "unprompted";

/** Something that makes a call server give way, done on purpose. */
export interface Prompt {
  readonly cause: Exclude<SwitchoverCause, "unprompted">;
  readonly slot: number;
  /** Of the call server. */
  readonly group?: number | undefined;
  readonly atMicros: Micros;
  /** Calls that the exchanges were setting up right before. */
  readonly callsInSetup: number;
  /** The primary was taken while nobody stood by: a second fault, in which calls may be lost. */
  readonly isSecondFault: boolean;
}

/** Times are milliseconds since the prompt; since the claim where there was none. */
export interface Switchover {
  readonly cause: SwitchoverCause;
  readonly group: number;
  readonly from: number;
  readonly to: number;
  readonly term: number;
  readonly atMicros: Micros;
  readonly beginMicros: Micros;
  /** Until the new primary claimed; undefined where nothing was done on purpose. */
  readonly detectionMillis?: number;
  /** Until it was primary. */
  readonly beginMillis: number;
  /** Until the first message of the new term at an exchange or a gateway (of several groups: until the BEGIN); undefined until then. */
  totalMillis?: number;
  /** Longest time without a message at an exchange while the primary changed. */
  longestServiceGapMillis?: number;
  readonly callsInSetup: number;
  /** Calls that the exchanges had counted as lost before. */
  lostBefore: number;
}

/** A card that was stopped for less than it takes to be noticed is no reason for what happens much later. */
const promptHolds: Micros = 5_000_000;

export class Switchovers {
  readonly all: Switchover[] = [];
  secondFaults = 0;
  #prompts: Prompt[] = [];
  readonly #claims = new Map<string, Micros>();
  /** By group: the primary and its term. */
  readonly #primaries = new Map<number, { readonly slot: number; readonly term: number }>();

  /** A card that leaves may be heard of later than whoever takes its place. */
  prompted(prompt: Prompt): void {
    if (prompt.isSecondFault) this.secondFaults++;
    const place = this.all.findLastIndex((each) => each.cause === "unprompted" && isReason(prompt, each));
    if (place < 0) this.#prompts.push(prompt);
    else Object.assign(this.all[place], measured(prompt, this.all[place].atMicros, this.all[place].beginMicros));
  }

  /** A switchover when this step completes one; the first primary of all completes none. */
  milestone(slot: number, step: Milestone, term: number, atMicros: Micros, group = 1): Switchover | undefined {
    if (step === "claim") this.#claims.set(`${slot} ${term}`, atMicros);
    const before = this.#primaries.get(group);
    if (step !== "begin" || term <= (before?.term ?? 0)) return undefined;
    const from = before?.slot;
    this.#primaries.set(group, { slot, term });
    const prompt = this.#prompts.findLast((each) => isReason(each, { from, beginMicros: atMicros }));
    this.#prompts = this.#prompts.filter((each) => each.atMicros > atMicros || (each.group ?? 1) !== group);
    if (from === undefined) return undefined;
    const claimed = this.#claims.get(`${slot} ${term}`) ?? atMicros;
    const unprompted = {
      cause: "unprompted",
      atMicros: claimed,
      beginMillis: (atMicros - claimed) / microsPerMilli,
      callsInSetup: 0,
    } as const;
    const figures = prompt === undefined ? unprompted : measured(prompt, claimed, atMicros);
    const switchover: Switchover = { ...figures, group, from, to: slot, term, beginMicros: atMicros, lostBefore: 0 };
    this.all.push(switchover);
    return switchover;
  }
}

function isReason(
  prompt: Prompt,
  { from, beginMicros }: { readonly from: number | undefined; readonly beginMicros: Micros },
) {
  return prompt.slot === from && prompt.atMicros <= beginMicros && beginMicros - prompt.atMicros < promptHolds;
}

function measured({ cause, atMicros, callsInSetup }: Prompt, claimed: Micros, begin: Micros) {
  const millisAfter = (micros: Micros) => (micros - atMicros) / microsPerMilli;
  return { cause, atMicros, callsInSetup, detectionMillis: millisAfter(claimed), beginMillis: millisAfter(begin) };
}
