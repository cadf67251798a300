/**
 * Hands firmware over at the console of a card, as lines of text: `<offset> <crc32> <base64>`, one after the other was answered. What
 * the card says it has is what is gone on from, so that lines and answers may be lost or changed; the longer the line is good, the more
 * octets a line has.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { enter, interrupt } from "../console/console-text.ts";
import type { ConsoleConversation } from "./console-conversation.ts";
import { UpgradeFailure } from "./upgrade-failure.ts";

export interface Firmware {
  readonly version: string;
  readonly octets: Uint8Array;
}

/** Octets that a line has. */
export const pieceOctets = { most: 3072, least: 96 } as const;
/** So many good lines in a row, and the next ones have more octets. */
const goodToGrow = 16;
/** In a row. */
export const failuresMax = 20;

/** What the card says to a line. */
type Answer =
  | { readonly kind: "at" | "again"; readonly octets: number }
  /** It has everything. */
  | { readonly kind: "received" }
  /** It takes nothing more, and would not if it were begun again. */
  | { readonly kind: "refused"; readonly sentence: string }
  /** The prompt is there: it waits for commands. */
  | { readonly kind: "left" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "silence" };

/** The card has given up on the line, and keeps what has come. */
const givenUp = /^not received: (?:given up|nothing came)/;
const refused = /^(?:nothing was|not) received: (.+)$/;

/**
 * The card has the firmware when this resolves.
 * @param progress gets the octets that the card has, whenever there are more
 * @throws UpgradeFailure, SessionLost, LineDropped: after the last two it may be begun again, and goes on where it was
 */
export async function handOver(
  conversation: ConsoleConversation,
  firmware: Firmware,
  progress: (octets: number) => void,
): Promise<void> {
  await new HandOver(conversation, firmware, progress).run();
}

class HandOver {
  readonly #conversation: ConsoleConversation;
  readonly #firmware: Firmware;
  readonly #progress: (octets: number) => void;
  #size: number = pieceOctets.most;
  #good = 0;
  #failures = 0;
  /** What the card has; undefined: it has not said. */
  #here: number | undefined;
  /** What it has when it takes the line that was sent last. */
  #expected: number | undefined;

  constructor(conversation: ConsoleConversation, firmware: Firmware, progress: (octets: number) => void) {
    this.#conversation = conversation;
    this.#firmware = firmware;
    this.#progress = progress;
  }

  async run(): Promise<void> {
    const { octets, version } = this.#firmware;
    const digest = createHash("sha256").update(octets).digest("hex");
    const command = `upgrade receive ${octets.length} ${digest} ${version}`;
    for (;;) {
      this.#here = this.#expected = undefined;
      if ((await this.#conversation.enter(command)) && (await this.#lines())) return;
      this.#failed();
    }
  }

  /** @returns whether the card has everything; otherwise it is at its prompt, and it is to be begun again */
  async #lines(): Promise<boolean> {
    let answer = await this.#answer();
    for (;;) {
      if (this.#isFailure(answer)) {
        this.#failed();
        answer = await this.#last(answer);
      }
      switch (answer.kind) {
        case "received":
          return true;
        case "refused":
          throw new UpgradeFailure(`the card takes no firmware: ${answer.sentence}`);
        case "left":
          return false;
        case "at":
        case "again":
          this.#have(answer.octets, answer.kind === "at");
          break;
      }
      // Of a line that has lost its end the rest would become a part.
      if (answer.kind === "silence") this.#conversation.send(enter);
      this.#sendNext(answer.kind === "silence");
      answer = await this.#answer();
    }
  }

  #isFailure(answer: Answer): boolean {
    if (answer.kind === "at") return this.#expected !== undefined && answer.octets !== this.#expected;
    return answer.kind === "again" || answer.kind === "unreadable" || answer.kind === "silence";
  }

  #failed(): void {
    this.#failures++;
    this.#good = 0;
    this.#size = Math.max(pieceOctets.least, this.#size / 2);
    if (this.#failures < failuresMax) return;
    throw new UpgradeFailure(
      `the line is too bad to hand firmware over: ${failuresMax} lines in a row were lost or changed on it`,
    );
  }

  /**
   * Of answers that come together the last that can be read: one that was late would be followed by one to what was sent meanwhile,
   * and each line would be sent twice from then on.
   */
  async #last(first: Answer): Promise<Answer> {
    let last = first;
    for (;;) {
      const next = await this.#answer(this.#conversation.times.settledMillis);
      if (next.kind === "silence") return last;
      if (next.kind === "received" || next.kind === "refused" || next.kind === "left") return next;
      if (next.kind !== "unreadable") last = next;
    }
  }

  #have(octets: number, isGood: boolean): void {
    const before = this.#here ?? 0;
    this.#here = octets;
    if (octets > before) this.#progress(octets);
    if (!isGood || octets !== this.#expected) return;
    this.#failures = 0;
    this.#good++;
    if (this.#good % goodToGrow === 0) this.#size = Math.min(pieceOctets.most, this.#size * 2);
  }

  #sendNext(isSilent: boolean): void {
    const { octets } = this.#firmware;
    if (this.#here === undefined || this.#here >= octets.length) {
      // Only its last word is missing: it says it again when it is begun again.
      if (isSilent) this.#conversation.send(interrupt);
      return;
    }
    const piece = octets.subarray(this.#here, this.#here + this.#size);
    this.#expected = this.#here + piece.length;
    const check = crc32(piece).toString(16).padStart(8, "0");
    this.#conversation.send(`${this.#here} ${check} ${Buffer.from(piece).toString("base64")}${enter}`);
  }

  async #answer(millis = this.#conversation.times.answerMillis): Promise<Answer> {
    const next = await this.#conversation.next(millis);
    if (next === undefined) return { kind: "silence" };
    if (next === "prompt") return { kind: "left" };
    return this.#read(next.line);
  }

  #read(line: string): Answer {
    const place = /^(at|again) (\d{1,9})$/.exec(line);
    if (place !== null && Number(place[2]) <= this.#firmware.octets.length)
      return { kind: place[1] as "at" | "again", octets: Number(place[2]) };
    if (line === "received") return { kind: "received" };
    if (givenUp.test(line)) return { kind: "left" };
    const sentence = refused.exec(line)?.[1];
    return sentence === undefined ? { kind: "unreadable" } : { kind: "refused", sentence };
  }
}
