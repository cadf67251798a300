/** Octets as characters, one for one (ISO 8859-1): MGCP is ASCII text, and what is not must come back unchanged. */
import { assert } from "../result.ts";

const chunkOctets = 4096;

export function textFromOctets(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += chunkOctets) {
    text += String.fromCharCode(...octets.subarray(at, at + chunkOctets));
  }
  return text;
}

export function octetsFromText(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    assert(character <= 0xff, "text of one octet a character");
    octets[at] = character;
  }
  return octets;
}
