/**
 * A port on a serial CAN adapter. Adapters say that they have taken a frame, and most of them not when it is on the bus; so one frame is
 * handed over at a time, and what the adapter has said of it counts as its confirmation. Enough for a laboratory, too slow for a plane
 * at full load.
 */
import { CanBitCount, type CanBitRates } from "../can-bits.ts";
import {
  type CanFrame,
  canClasses,
  canClassOf,
  canDataOctetsMax,
  canFdDataOctetsMax,
  isCanFrame,
} from "../can-frame.ts";
import type { CanPort, CanPortListener, CanState, CanStatistics, CanTransmitResult } from "../can-port.ts";
import { CanTransmitWindow, type WindowSize } from "../can-transmit-window.ts";
import type { Clock } from "../clock.ts";
import type { SerialLine } from "../serial-line.ts";
import { encodeSlcanFrame, nominalRateDigits, type SlcanMessage, SlcanReader } from "./slcan-codec.ts";

export interface SlcanOptions {
  /** Opens the line to the adapter; rejects with a sentence. */
  readonly open: () => Promise<SerialLine>;
  readonly rates: CanBitRates;
  readonly fd: boolean;
  readonly clock: Pick<Clock, "nowMicros" | "at">;
  /** Frames of one class that wait in the port. */
  readonly queueFramesMax?: number;
}

const defaultQueueFramesMax = 32;
const windowSize: WindowSize = { framesMax: 1, framesPerClassMin: 0 };
/** An adapter that does not answer for so long has lost what it was told, or is gone: it is opened anew. */
const answerMicrosMax = 500_000;
/** A frame that the adapter had no room for is said again after this time. */
const sayAgainMicros = 1_000;
const bitsAMegabit = 1_000_000;

export class SlcanPort implements CanPort {
  readonly frameOctetsMax: number;
  readonly #options: SlcanOptions;
  readonly #window: CanTransmitWindow;
  #line: SerialLine | undefined;
  readonly #reader = new SlcanReader();
  #listener: CanPortListener | undefined;
  #state: CanState = "active";
  #isClosed = false;
  #isOpening = false;
  /** Commands that are not answered yet; frames go when none is left. */
  #commands = 0;
  /** The frame that is handed over and not answered. */
  #underWay: CanFrame | undefined;
  #isHandOverDue = false;
  #disarm: (() => void) | undefined;
  #sent = 0;
  #received = 0;
  readonly #bits = new CanBitCount();
  readonly #batch: CanFrame[] = [];

  /** Throws a sentence for a bit rate that the adapters do not have. */
  constructor(options: SlcanOptions) {
    this.#options = options;
    this.frameOctetsMax = options.fd ? canFdDataOctetsMax : canDataOctetsMax;
    this.#window = new CanTransmitWindow(options.queueFramesMax ?? defaultQueueFramesMax, windowSize);
    const { bitRate } = options.rates;
    if (!nominalRateDigits.has(bitRate)) {
      throw new Error(`a serial CAN adapter has no ${bitRate} bit/s: ${[...nominalRateDigits.keys()].join(", ")}`);
    }
    void this.#attach();
  }

  transmit(frame: CanFrame): CanTransmitResult {
    if (!isCanFrame(frame) || (frame.fd && !this.#options.fd)) throw new RangeError("no such frame on this bus");
    if (this.#state === "bus-off" || this.#state === "disconnected" || this.#isClosed) return "bus-off";
    if (!this.#window.push(frame)) return "full";
    this.#handOverSoon(0);
    return "queued";
  }

  listen(listener: CanPortListener): void {
    this.#listener = listener;
  }

  recover(): void {
    if (this.#isClosed || this.#isOpening) return;
    if (this.#state === "disconnected") void this.#attach();
    else if (this.#state === "bus-off") this.#command();
  }

  statistics(): CanStatistics {
    const { nominal, data } = this.#bits;
    return { sent: this.#sent, received: this.#received, dropped: 0, nominalBits: nominal, dataBits: data };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener = undefined;
    this.#say("C\r");
    this.#drop();
  }

  async #attach(): Promise<void> {
    this.#isOpening = true;
    try {
      const line = await this.#options.open();
      if (this.#isClosed) {
        line.close();
        return;
      }
      line.listen({
        octets: (octets) => this.#reader.read(octets, (message) => this.#hear(message)),
        closed: () => this.#lost(),
      });
      this.#line = line;
      this.#command();
    } catch {
      this.#lost();
    } finally {
      this.#isOpening = false;
    }
  }

  /** Tells the adapter to begin anew. */
  #command(): void {
    const { rates, fd } = this.#options;
    const commands = ["C", `S${nominalRateDigits.get(rates.bitRate)}`];
    if (fd) commands.push(`Y${Math.round(rates.dataBitRate / bitsAMegabit)}`);
    commands.push("O");
    this.#commands = commands.length;
    this.#say(commands.map((command) => `${command}\r`).join(""));
    this.#expectAnswer();
  }

  #hear(message: SlcanMessage): void {
    switch (message.kind) {
      case "frame":
        this.#received++;
        this.#bits.add(message.frame);
        this.#batch[0] = message.frame;
        this.#listener?.frames(this.#batch);
        break;
      case "accepted":
      case "refused":
        this.#answered(message.kind === "accepted");
        break;
      case "state":
        // One that is passive is so for its owner only as long as what it has to say does not get out.
        if (message.state !== "passive" || this.#underWay !== undefined) this.#enter(message.state);
        break;
    }
  }

  #answered(isAccepted: boolean): void {
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#commands > 0) {
      // An adapter that was closed already refuses to be.
      if (--this.#commands === 0) this.#opened();
      else this.#expectAnswer();
      return;
    }
    const frame = this.#underWay;
    if (frame === undefined) return;
    if (isAccepted) {
      this.#underWay = undefined;
      this.#confirm(frame);
    } else this.#in(sayAgainMicros, () => this.#hand(frame));
  }

  #opened(): void {
    this.#enter("active");
    this.#handOverSoon(0);
  }

  #confirm(frame: CanFrame): void {
    const frameClass = canClassOf(frame.id);
    if (this.#window.confirm(frameClass) !== frame) return;
    this.#sent++;
    this.#bits.add(frame);
    this.#enter("active");
    this.#batch[0] = frame;
    this.#listener?.transmitted(this.#batch);
    for (let each = 0; each < canClasses; each++) {
      if (this.#window.takeWritable(each)) this.#listener?.writable(each);
    }
    this.#handOver();
  }

  #handOverSoon(micros: number): void {
    if (this.#isHandOverDue) return;
    this.#isHandOverDue = true;
    const { clock } = this.#options;
    clock.at(clock.nowMicros() + micros, () => {
      this.#isHandOverDue = false;
      this.#handOver();
    });
  }

  #handOver(): void {
    if (this.#line === undefined || this.#commands > 0 || this.#underWay !== undefined) return;
    this.#window.handOn((frame) => {
      this.#hand(frame);
      return true;
    });
  }

  #hand(frame: CanFrame): void {
    if (this.#isClosed || this.#state === "bus-off" || this.#state === "disconnected") return;
    this.#underWay = frame;
    this.#say(encodeSlcanFrame(frame));
    this.#expectAnswer();
  }

  #expectAnswer(): void {
    this.#in(answerMicrosMax, () => this.#lost());
  }

  /** Does this later, instead of what was to be done. */
  #in(micros: number, work: () => void): void {
    const { clock } = this.#options;
    this.#disarm?.();
    this.#disarm = clock.at(clock.nowMicros() + micros, () => {
      this.#disarm = undefined;
      work();
    });
  }

  #lost(): void {
    this.#drop();
    this.#enter("disconnected");
  }

  #drop(): void {
    this.#line?.close();
    this.#line = undefined;
    this.#commands = 0;
    this.#underWay = undefined;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#window.clear();
  }

  #enter(state: CanState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    if (state === "bus-off") {
      this.#window.clear();
      this.#underWay = undefined;
      this.#disarm?.();
      this.#disarm = undefined;
    }
    this.#listener?.state(state);
  }

  #say(text: string): void {
    this.#line?.write(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  }
}
