/** What was heard on all circuits together. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { DurationSamples, type DurationSummary } from "../measurement/duration-samples.ts";

export interface VoiceStatistics {
  readonly sent: number;
  /** Packets of the call in conversation on the circuit where they came. */
  readonly received: number;
  /** Packets missing between the first received and the release; all of them where nothing came at all. */
  readonly lost: number;
  /** Packets of another call. */
  readonly foreign: number;
  /** Packets sent after the release that was under way, and come within the grace. */
  readonly inFlight: number;
  /** Packets of a released call that came later than that. */
  readonly afterRelease: number;
  /** Packets that came twice or in the wrong order. */
  readonly disordered: number;
  readonly malformed: number;
  /** Conversations with voice that are over, those in which nothing was heard, and those whose voice was broken. */
  readonly conversations: number;
  readonly silent: number;
  readonly broken: number;
  /** Answer to first packet; 0 where the voice came before the answer. */
  readonly cutThrough: DurationSummary;
  /** Way of a packet, where both ends share a clock; in steps of 0.1 ms. */
  readonly delay: DurationSummary;
  /** Packets that the host dropped because we did not fetch them in time. Not the gateway's fault, but ours. */
  readonly hostDrops: number;
}

export class VoiceTally {
  sent = 0;
  received = 0;
  lost = 0;
  foreign = 0;
  inFlight = 0;
  afterRelease = 0;
  disordered = 0;
  malformed = 0;
  conversations = 0;
  silent = 0;
  broken = 0;
  hostDrops = 0;
  readonly cutThrough = new DurationSamples();
  /** There are too many packets to keep every delay: they are counted by tenths of a millisecond. */
  readonly #delayTenths = new Uint32Array(delayTenthsMax + 1);
  #delayMax: Micros = 0;

  addDelay(delay: Micros): void {
    if (delay < 0) return;
    this.#delayTenths[Math.min(Math.floor(delay / 100), delayTenthsMax)]++;
    if (delay > this.#delayMax) this.#delayMax = delay;
  }

  statistics(): VoiceStatistics {
    const { sent, received, lost, foreign, inFlight, afterRelease, disordered, malformed } = this;
    const { conversations, silent, broken, hostDrops } = this;
    return {
      ...{ sent, received, lost, foreign, inFlight, afterRelease, disordered, malformed },
      ...{ conversations, silent, broken, hostDrops },
      cutThrough: this.cutThrough.summary(),
      delay: this.#delaySummary(),
    };
  }

  #delaySummary(): DurationSummary {
    const count = this.#delayTenths.reduce((sum, tenths) => sum + tenths, 0);
    const rankMillis = (share: number): number => {
      let before = Math.max(Math.ceil(share * count), 1);
      for (let tenths = 0; tenths <= delayTenthsMax; tenths++) {
        before -= this.#delayTenths[tenths];
        if (before <= 0) return tenths / 10;
      }
      return 0;
    };
    return {
      count,
      p50Millis: rankMillis(0.5),
      p99Millis: rankMillis(0.99),
      maxMillis: this.#delayMax / microsPerMilli,
    };
  }
}

const delayTenthsMax = 10_000;
