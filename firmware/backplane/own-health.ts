/**
 * What is wrong with the card itself: its application hangs or has failed, it hears nobody, nobody hears it. What a failed application
 * was working on is told before anybody is told to take over, and only then does the card end.
 */
import type { CanFrame } from "../../hal/can-frame.ts";
import type { Micros } from "../time.ts";
import { ApplicationWatch, type WatchedApplication } from "./application-watch.ts";
import type { Roster } from "./roster.ts";

/** A card whose frames are not confirmed for so long, on both planes, is mute; the others have long found it silent. */
const muteAfterMicros = 100_000;
/** So long a death note is waited for to get on the bus. */
const noteMicros = 20_000;
/** A card whose application has failed ends after this time, whether or not that could be told. */
const lastWordsMicros = 50_000;
/** An application that has hung for so long does not come back: the card ends, to be started anew. */
const hopelessAfterMicros = 10_000_000;

export interface HealthEffects extends WatchedApplication {
  log(severity: "info" | "warning" | "alarm", text: string): void;
  /** Tells what the application was working on, if it was. @returns the last frame of what was said */
  sendDeathNote(): CanFrame | undefined;
  /** Ends the card: the application has failed, and the others know. */
  end(reason: string): void;
}

export class OwnHealth {
  readonly #effects: HealthEffects;
  readonly #roster: Roster;
  readonly #application: ApplicationWatch;
  /** Why the application does nothing any more. */
  #failure: { readonly reason: string; readonly at: Micros } | undefined;
  #hungAt: Micros = 0;
  /** The last frame of the death note as long as it is not on the bus, and until when that is waited for. */
  #note: CanFrame | undefined;
  #noteUntil: Micros = 0;
  /** The beat after which a card with a failed application ends. */
  #lastWord: CanFrame | undefined;
  #hasEnded = false;
  /** Per plane: since when nothing has gone out although there was something to say. */
  readonly #silentSince: [Micros | undefined, Micros | undefined] = [undefined, undefined];
  #isMute = false;
  #hearsNobody = false;
  #hasHeardSomebody = false;

  constructor(effects: HealthEffects, roster: Roster, now: Micros) {
    this.#effects = effects;
    this.#roster = roster;
    this.#application = new ApplicationWatch(effects, now);
  }

  get isHung(): boolean {
    return this.#application.isHung;
  }

  get isMute(): boolean {
    return this.#isMute;
  }

  get hearsNobody(): boolean {
    return this.#hearsNobody;
  }

  /** The card cannot do its work, and may say so: the death note, if there is one, goes first. */
  get isUnfit(): boolean {
    const isLost = this.isHung || this.#failure !== undefined;
    return this.#hearsNobody || (isLost && this.#note === undefined);
  }

  /** The application does nothing any more. */
  applicationFailed(reason: string, now: Micros): void {
    if (this.#failure !== undefined) return;
    this.#effects.log("alarm", `the application has failed: ${reason}`);
    this.#failure = { reason, at: now };
    this.#sendDeathNote(now);
  }

  examine(now: Micros): void {
    this.#examineApplication(now);
    const isMute = this.#isSilent(0, now) && this.#isSilent(1, now);
    if (isMute && !this.#isMute)
      this.#effects.log("alarm", "is mute: nothing of what this card says gets on any plane");
    this.#isMute = isMute;
    const hearsSomebody = this.#roster.hearsAnybody();
    const hearsNobody = this.#hasHeardSomebody && !hearsSomebody;
    if (hearsNobody && !this.#hearsNobody) this.#effects.log("alarm", "hears nobody any more: is deaf, or alone");
    this.#hearsNobody = hearsNobody;
    this.#hasHeardSomebody ||= hearsSomebody;
  }

  #isSilent(plane: 0 | 1, now: Micros): boolean {
    const since = this.#silentSince[plane];
    return since !== undefined && now - since >= muteAfterMicros;
  }

  #examineApplication(now: Micros): void {
    if (this.#application.look(now)) {
      if (this.isHung) {
        this.#effects.log("alarm", "the application hangs");
        this.#hungAt = now;
        this.#sendDeathNote(now);
      } else this.#effects.log("warning", "the application goes on");
    }
    if (this.isHung && this.#failure === undefined && now - this.#hungAt >= hopelessAfterMicros) {
      this.#failure = { reason: "it has hung for too long", at: now };
    }
    if (now >= this.#noteUntil) this.#note = undefined;
    if (this.#failure && now - this.#failure.at >= lastWordsMicros) this.#end();
  }

  #sendDeathNote(now: Micros): void {
    this.#note = this.#effects.sendDeathNote();
    this.#noteUntil = now + noteMicros;
  }

  #end(): void {
    if (this.#hasEnded || this.#failure === undefined) return;
    this.#hasEnded = true;
    this.#effects.end(this.#failure.reason);
  }

  // --- what goes out, and what does not

  /** A beat was given to the port of a plane, or would have been if that took any. */
  beats(plane: 0 | 1, frame: CanFrame, now: Micros): void {
    this.#silentSince[plane] ??= now;
    if (this.#failure && this.isUnfit) this.#lastWord = frame;
  }

  /** Own frames are on the bus. */
  transmitted(plane: 0 | 1, frames: readonly CanFrame[]): void {
    this.#silentSince[plane] = undefined;
    for (const frame of frames) {
      if (frame === this.#note) this.#note = undefined;
      if (frame === this.#lastWord) this.#end();
    }
  }

  planePassive(plane: 0 | 1, passive: boolean): void {
    this.#silentSince[plane] = passive ? Number.NEGATIVE_INFINITY : undefined;
  }

  /** Time in which the card as a whole could not run. */
  excuse(micros: Micros): void {
    this.#application.excuse(micros);
    for (const plane of [0, 1] as const) {
      const since = this.#silentSince[plane];
      if (since !== undefined) this.#silentSince[plane] = since + micros;
    }
  }

  /** How long the application may leave a nudge unanswered. */
  get hungLimitMicros(): Micros {
    return this.#application.limitMicros;
  }

  nextDeadline(): Micros | undefined {
    return this.#application.nextDeadline();
  }
}
