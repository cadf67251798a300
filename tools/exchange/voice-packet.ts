/**
 * The voice of a test call: an RTP packet (RFC 3550) with payload type 8 whose payload names its call, counts, and says
 * when it was sent, so that the receiver can tell what is missing and what is not its own.
 *
 * octets 0-11 RTP header; 12-19 calling number in BCD, filled with f; 20-23 packet number in the call, with the
 * direction in bit 31 and "last packet" in bit 30; 24-31 time of sending in microseconds; then A-law silence.
 */
import type { Micros } from "../../firmware/time.ts";

export const rtpHeaderOctets = 12;
/** What a payload needs at least. */
export const voicePayloadOctetsMin = 20;
export const packetMillis = 20;

export const callingOffset = rtpHeaderOctets;
export const numberOffset = callingOffset + 8;
const timeOffset = numberOffset + 4;
export const voicePacketOctetsMin = rtpHeaderOctets + voicePayloadOctetsMin;

/** Bit 31 of the number: sent by the answering side. */
export const backwardBit = 0x8000_0000;
/** Bit 30: the sender has released the call; nothing follows. */
export const lastBit = 0x4000_0000;
export const numberMask = 0x3fff_ffff;

const silence = 0xd5;
const samplesPerPacket = 160;

/** The calling number as two unsigned words, as they stand in the packet: at most 16 digits. */
export function callingWords(calling: string): readonly [high: number, low: number] {
  const padded = calling.slice(0, 16).padEnd(16, "f");
  return [Number.parseInt(padded.slice(0, 8), 16), Number.parseInt(padded.slice(8), 16)];
}

/** A packet that `stampVoicePacket` only needs to number. */
export function newVoicePacket(payloadOctets: number): DataView<ArrayBuffer> {
  const octets = new Uint8Array(rtpHeaderOctets + Math.max(payloadOctets, voicePayloadOctetsMin)).fill(silence);
  octets[0] = 0x80;
  octets[1] = 8;
  return new DataView(octets.buffer);
}

/** `packetNumber` with its direction and last bits. */
export function stampVoicePacket(
  packet: DataView,
  source: number,
  high: number,
  low: number,
  packetNumber: number,
  now: Micros,
): void {
  const count = packetNumber & numberMask;
  packet.setUint16(2, count & 0xffff);
  packet.setUint32(4, (count * samplesPerPacket) % 2 ** 32);
  packet.setUint32(8, source);
  packet.setUint32(callingOffset, high);
  packet.setUint32(callingOffset + 4, low);
  packet.setUint32(numberOffset, packetNumber);
  packet.setUint32(timeOffset, Math.floor(now / 2 ** 32));
  packet.setUint32(timeOffset + 4, now % 2 ** 32);
}

export function readUint32(octets: Uint8Array, offset: number): number {
  return ((octets[offset] << 24) | (octets[offset + 1] << 16) | (octets[offset + 2] << 8) | octets[offset + 3]) >>> 0;
}

/** When the packet was sent, by its sender's clock. */
export function readSentAt(octets: Uint8Array): Micros {
  return readUint32(octets, timeOffset) * 2 ** 32 + readUint32(octets, timeOffset + 4);
}
