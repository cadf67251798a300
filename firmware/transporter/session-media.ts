/** The part of a gateway's session description that a call server keeps. */
import { audioDestination, decodeSessionDescription } from "../sdp/session-description.ts";

/** Where the gateway receives a connection's voice: IPv4 address as a number, UDP port, RTP payload type. All 0: not said. */
export interface SessionMedia {
  readonly address: number;
  readonly port: number;
  readonly payloadType: number;
}

const notSaid: SessionMedia = { address: 0, port: 0, payloadType: 0 };

export function mediaOf(session: string | undefined): SessionMedia {
  const decoded = session === undefined ? undefined : decodeSessionDescription(session);
  if (!decoded?.ok) return notSaid;
  const destination = audioDestination(decoded.value);
  if (destination === undefined) return notSaid;
  const audio = decoded.value.media.find((media) => media.media === "audio");
  const payloadType = Number(audio?.formats[0]);
  return {
    address: ipv4Number(destination.address),
    port: destination.port,
    payloadType: payloadType >= 0 && payloadType < 128 ? payloadType : 0,
  };
}

/** 0 for what is no IPv4 address. */
function ipv4Number(text: string): number {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return 0;
  const octets = text.split(".").map(Number);
  if (octets.some((octet) => octet > 255)) return 0;
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}
