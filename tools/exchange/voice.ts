/** Voice on the circuits: numbers what is sent, and judges what is heard. Sans-I/O: packets go in and come out as octets. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import {
  backwardBit,
  callingOffset,
  callingWords,
  lastBit,
  newVoicePacket,
  numberMask,
  numberOffset,
  packetMillis,
  readSentAt,
  readUint32,
  stampVoicePacket,
  voicePacketOctetsMin,
} from "./voice-packet.ts";
import { VoiceTally } from "./voice-tally.ts";

export interface VoiceLimits {
  /** After a release, packets on their way are not held against anybody for so long. */
  readonly grace: Micros;
  /** Voice that is missing for so long is an interruption. */
  readonly interruption: Micros;
  readonly payloadOctets: number;
}

export const voiceLimits: VoiceLimits = {
  grace: 200 * microsPerMilli,
  interruption: 200 * microsPerMilli,
  payloadOctets: 32,
};

/** What came of a conversation's voice in the direction heard here. */
export interface VoiceVerdict {
  readonly lost: number;
  /** Why the media count as broken. */
  readonly broken?: string;
}

const packetMicros = packetMillis * microsPerMilli;
/** Silence before a release below this is the host's unpunctuality, not loss. */
const tailSlack: Micros = 100 * microsPerMilli;

/** The voice of one call at this end. */
class Conversation {
  readonly high: number;
  readonly low: number;
  /** The direction bit of what we send; what we hear has the other. */
  readonly ownDirection: number;
  answeredAt: Micros = Number.NaN;
  closedAt: Micros = Number.POSITIVE_INFINITY;
  sent = 0;
  received = 0;
  first = 0;
  last = 0;
  longestGap = 0;
  heardAt: Micros = 0;
  firstAt: Micros = 0;
  lastSeen = false;
  foreign = 0;

  constructor(calling: string, direction: "outgoing" | "incoming") {
    [this.high, this.low] = callingWords(calling);
    this.ownDirection = direction === "outgoing" ? 0 : backwardBit;
  }

  /** Whether the packet is the other side's voice in this call. */
  owns(high: number, low: number, packetNumber: number): boolean {
    return high === this.high && low === this.low && (packetNumber & backwardBit) >>> 0 !== this.ownDirection;
  }

  hear(packetNumber: number, at: Micros): "in order" | "disordered" {
    const count = packetNumber & numberMask;
    if ((packetNumber & lastBit) !== 0) this.lastSeen = true;
    this.heardAt = at;
    if (this.received++ === 0) {
      this.first = count;
      this.last = count;
      this.firstAt = at;
      return "in order";
    }
    if (count <= this.last) return "disordered";
    this.longestGap = Math.max(this.longestGap, count - this.last - 1);
    this.last = count;
    return "in order";
  }

  verdict(limits: VoiceLimits): VoiceVerdict {
    const lasted = this.closedAt - this.answeredAt;
    if (this.received === 0) {
      if (lasted <= limits.interruption) return { lost: 0 };
      return { lost: Math.floor(lasted / packetMicros), broken: "nothing heard" };
    }
    const missing = Math.max(this.last - this.first + 1 - this.received, 0);
    const silence = this.lastSeen ? 0 : this.closedAt - this.heardAt;
    const lost = missing + (silence > tailSlack ? Math.floor(silence / packetMicros) : 0);
    if (this.foreign > 0) return { lost, broken: "another call's voice" };
    if (Math.max(this.longestGap * packetMicros, silence) >= limits.interruption)
      return { lost, broken: "voice interrupted" };
    return { lost };
  }
}

export class Voice {
  readonly tally = new VoiceTally();
  readonly #limits: VoiceLimits;
  readonly #source: number;
  /** By CIC: the call there now, and the one before it. */
  readonly #current: (Conversation | undefined)[] = [];
  readonly #previous: (Conversation | undefined)[] = [];
  /** One packet a circuit: the host may still be sending the last when the next one's turn comes elsewhere. */
  readonly #packets: (PacketBuffer | undefined)[] = [];
  readonly #speaking = new Set<number>();

  /** `source` is the synchronization source of the RTP streams. */
  constructor(source: number, limits: VoiceLimits = voiceLimits) {
    this.#limits = limits;
    this.#source = source;
  }

  get grace(): Micros {
    return this.#limits.grace;
  }

  /** CICs on which packets are due every 20 ms. */
  get speaking(): ReadonlySet<number> {
    return this.#speaking;
  }

  /** A call with voice begins; its packets may come from now on. */
  open(cic: number, calling: string, direction: "outgoing" | "incoming"): void {
    this.#previous[cic] = this.#current[cic] ?? this.#previous[cic];
    this.#current[cic] = new Conversation(calling, direction);
  }

  /** The call is answered. Returns the first packet to send. */
  answer(cic: number, now: Micros): Uint8Array | undefined {
    const conversation = this.#current[cic];
    if (conversation === undefined) return undefined;
    conversation.answeredAt = now;
    this.#speaking.add(cic);
    return this.packet(cic, now);
  }

  /** The next packet of a circuit that is speaking. Valid until the next for the same circuit. */
  packet(cic: number, now: Micros): Uint8Array | undefined {
    const conversation = this.#current[cic];
    return conversation === undefined ? undefined : this.#stamp(cic, conversation, 0, now);
  }

  /**
   * The call is released. `lastPacket` tells the other end that nothing follows. `judge`, to be called when the grace is
   * over, gives the verdict; undefined when the call was not answered.
   */
  close(cic: number, now: Micros): { readonly lastPacket: Uint8Array; readonly judge: () => VoiceVerdict } | undefined {
    const conversation = this.#current[cic];
    if (conversation === undefined) return undefined;
    const spoke = this.#speaking.delete(cic);
    conversation.closedAt = now;
    this.#current[cic] = undefined;
    this.#previous[cic] = conversation;
    if (!spoke) return undefined;
    return { lastPacket: this.#stamp(cic, conversation, lastBit, now), judge: () => this.#judge(conversation) };
  }

  /** A packet came on a circuit. */
  receive(cic: number, octets: Uint8Array, now: Micros): void {
    if (octets.length < voicePacketOctetsMin) {
      this.tally.malformed++;
      return;
    }
    const high = readUint32(octets, callingOffset);
    const low = readUint32(octets, callingOffset + 4);
    const packetNumber = readUint32(octets, numberOffset);
    const current = this.#current[cic];
    if (current?.owns(high, low, packetNumber)) this.#hear(current, packetNumber, readSentAt(octets), now);
    else this.#hearOther(cic, high, low, packetNumber, readSentAt(octets), now);
  }

  #hear(conversation: Conversation, packetNumber: number, sentAt: Micros, now: Micros): void {
    this.tally.received++;
    this.tally.addDelay(now - sentAt);
    if (conversation.hear(packetNumber, Math.min(now, conversation.closedAt)) === "disordered") this.tally.disordered++;
  }

  #hearOther(cic: number, high: number, low: number, packetNumber: number, sentAt: Micros, now: Micros): void {
    const previous = this.#previous[cic];
    if (!previous?.owns(high, low, packetNumber)) {
      this.tally.foreign++;
      const current = this.#current[cic];
      if (current !== undefined) current.foreign++;
      return;
    }
    const late = now - previous.closedAt > this.#limits.grace;
    // Sent while we still talked, but fetched late from the socket: part of the conversation.
    if (!late && sentAt <= previous.closedAt) this.#hear(previous, packetNumber, sentAt, now);
    else if (late) this.tally.afterRelease++;
    else this.tally.inFlight++;
  }

  #judge(conversation: Conversation): VoiceVerdict {
    const verdict = conversation.verdict(this.#limits);
    this.tally.conversations++;
    this.tally.lost += verdict.lost;
    if (verdict.broken !== undefined) this.tally.broken++;
    if (conversation.received > 0) {
      this.tally.cutThrough.add(Math.max(conversation.firstAt - conversation.answeredAt, 0));
    } else if (verdict.broken !== undefined) this.tally.silent++;
    return verdict;
  }

  #stamp(cic: number, conversation: Conversation, flags: number, now: Micros): Uint8Array {
    const buffer = this.#packets[cic] ?? newPacketBuffer(this.#limits.payloadOctets);
    this.#packets[cic] = buffer;
    const packetNumber = (conversation.ownDirection | flags | conversation.sent++) >>> 0;
    stampVoicePacket(buffer.packet, this.#source, conversation.high, conversation.low, packetNumber, now);
    this.tally.sent++;
    return buffer.octets;
  }
}

interface PacketBuffer {
  readonly packet: DataView;
  /** The same octets. */
  readonly octets: Uint8Array;
}

function newPacketBuffer(payloadOctets: number): PacketBuffer {
  const packet = newVoicePacket(payloadOctets);
  return { packet, octets: new Uint8Array(packet.buffer) };
}
