/**
 * How the other cards behave on the planes: whether one babbles (highest-priority frames without end), or says what nobody can read or
 * what is not for a card of its kind to say. None of it is taken in, and each is an alarm while it lasts.
 */
import type { Micros } from "../time.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import type { cardKinds } from "./heartbeat.ts";

/** Beats are counted over so long. */
const spanMicros: Micros = 100_000;
/** A card may beat so many times as often as a primary does, and some more at once when it has news. */
const beatsExcess = 4;
const newsBeats = 20;
/** So many records a span that make no sense are not chance. */
const nonsenseMin = 5;
/** A card that has behaved for so long is well again. */
const wellAfterMicros: Micros = 2_000_000;

type CardKind = (typeof cardKinds)[number];

/** What is not for a card of a kind to say. */
const notSaidBy: Readonly<Record<CardKind, readonly RecordClass[]>> = {
  lim: [recordClass.commit, recordClass.resynchronisation],
  transporter: [recordClass.commit, recordClass.resynchronisation],
  "call-server": [recordClass.input],
};

interface Misdeed {
  /** In the present span. */
  count: number;
  /** When it was last too much. */
  at: Micros | undefined;
}

export class Conduct {
  readonly #kinds: Readonly<Record<number, CardKind>> | undefined;
  readonly #log: (severity: "info" | "alarm", text: string) => void;
  readonly #beatMicros: Micros;
  /** By slot and plane. */
  readonly #beats = new Map<number, Misdeed>();
  /** By slot. */
  readonly #nonsense = new Map<number, Misdeed>();
  #spanEnds: Micros;
  /** Time in which this card itself could not listen, in this span and the one before: what came meanwhile comes at once. */
  #excused: Micros = 0;
  #excusedBefore: Micros = 0;

  /** `kinds`: what rack.yaml says of the slots; `beatMicros`: how often a primary beats. */
  constructor(
    kinds: Readonly<Record<number, CardKind>> | undefined,
    beatMicros: Micros,
    log: (severity: "info" | "alarm", text: string) => void,
    now: Micros,
  ) {
    this.#kinds = kinds;
    this.#beatMicros = beatMicros;
    this.#log = log;
    this.#spanEnds = now + spanMicros;
  }

  /** Whether a record of this class is for the card in a slot to say. Nothing is for one that rack.yaml does not know. */
  maySay(kind: number, slot: number): boolean {
    if (this.#kinds === undefined) return true;
    const card = this.#kinds[slot];
    return card !== undefined && !notSaidBy[card].includes(kind as RecordClass);
  }

  /** A beat has come. @returns whether it is to be listened to: not from a plane on which the card babbles */
  beat(slot: number, plane: 0 | 1, now: Micros): boolean {
    const beats = misdeedOf(this.#beats, 2 * slot + plane);
    const listened = spanMicros + this.#excused + this.#excusedBefore;
    const most = newsBeats + (beatsExcess * listened) / this.#beatMicros;
    if (++beats.count > most) {
      if (beats.at === undefined)
        this.#log("alarm", `slot ${slot} babbles on plane ${planeName(plane)}: not listened to there`);
      beats.at = now;
    }
    return beats.at === undefined;
  }

  /** The planes on which the card in a slot babbles: by their letters. */
  babblesOn(slot: number): string {
    return ([0, 1] as const)
      .filter((plane) => this.#beats.get(2 * slot + plane)?.at !== undefined)
      .map(planeName)
      .join("");
  }

  /** The card in a slot has said what makes no sense. */
  nonsense(slot: number, now: Micros): void {
    const said = misdeedOf(this.#nonsense, slot);
    if (++said.count < nonsenseMin) return;
    if (said.at === undefined)
      this.#log("alarm", `slot ${slot} talks nonsense: what cannot be from such a card is dropped`);
    said.at = now;
  }

  excuse(micros: Micros): void {
    this.#excused += micros;
  }

  /** Ends the span when it is over. */
  look(now: Micros): void {
    if (now >= this.#spanEnds) this.#endSpan(now);
  }

  #endSpan(now: Micros): void {
    this.#spanEnds = now + spanMicros;
    this.#excusedBefore = this.#excused;
    this.#excused = 0;
    endSpan(this.#beats, now, (place) => {
      const slot = place >> 1;
      this.#log("info", `slot ${slot} babbles no more on plane ${planeName((place & 1) as 0 | 1)}`);
    });
    endSpan(this.#nonsense, now, (slot) => this.#log("info", `slot ${slot} talks sense again`));
  }
}

function misdeedOf(misdeeds: Map<number, Misdeed>, place: number): Misdeed {
  let misdeed = misdeeds.get(place);
  if (!misdeed) {
    misdeed = { count: 0, at: undefined };
    misdeeds.set(place, misdeed);
  }
  return misdeed;
}

function endSpan(misdeeds: Map<number, Misdeed>, now: Micros, well: (place: number) => void): void {
  for (const [place, misdeed] of misdeeds) {
    misdeed.count = 0;
    if (misdeed.at === undefined || now - misdeed.at < wellAfterMicros) continue;
    misdeed.at = undefined;
    well(place);
  }
}

function planeName(plane: 0 | 1): string {
  return plane === 0 ? "A" : "B";
}
