/**
 * How much of a plane enquiries and their answers take, whoever says them: a share that all cards keep together, because each counts
 * what it says and what it hears. So the next piece waits for those of the others.
 */
import type { Micros } from "../time.ts";
import type { FrameOctets } from "./segmentation.ts";

/** Of every plane, in the long run. */
export const enquiryShare = 0.05;
/** What may go out at once after a silence: a short answer. Of the time of a plane. */
const burstMicros: Micros = 20_000;
/** What several cards have said at once is made up for, up to this. */
const debtMicrosMax: Micros = 100_000;
/** A full frame takes as many bits, stuffing and all: of classic CAN, and of CAN FD at the rate of arbitration and of data. */
const classicBits = 130;
const fdNominalBits = 32;
const fdDataBits = 640;

/** Bits a second. */
export interface PlaneRates {
  readonly bitRate: number;
  readonly dataBitRate: number;
}

export const usualRates: PlaneRates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };

export class EnquiryPace {
  readonly #frameOctets: FrameOctets;
  readonly #frameMicros: Micros;
  /** What may be said, in time of a plane; negative: what was said too much. */
  #credit: Micros = burstMicros;
  #at: Micros;

  constructor(frameOctets: FrameOctets, { bitRate, dataBitRate }: PlaneRates, now: Micros) {
    this.#frameOctets = frameOctets;
    const isFd = frameOctets === 64;
    const seconds = isFd ? fdNominalBits / bitRate + fdDataBits / dataBitRate : classicBits / bitRate;
    this.#frameMicros = 1_000_000 * seconds;
    this.#at = now;
  }

  /** A record of so many octets has gone out, or has come in. */
  charge(recordOctets: number, now: Micros): void {
    this.#grow(now);
    const frames = 1 + Math.floor(recordOctets / (this.#frameOctets - 1));
    this.#credit = Math.max(this.#credit - frames * this.#frameMicros, -debtMicrosMax);
  }

  /** When the next record may go out: now, or later. */
  opensAt(now: Micros): Micros {
    this.#grow(now);
    return this.#credit > 0 ? now : now + 1 - this.#credit / enquiryShare;
  }

  #grow(now: Micros): void {
    this.#credit = Math.min(this.#credit + (now - this.#at) * enquiryShare, burstMicros);
    this.#at = now;
  }
}
