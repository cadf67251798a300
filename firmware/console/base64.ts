/** Octets out of characters: base64 (RFC 4648 section 4). */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Whole groups of four characters; the last may bring one or two octets less. */
const encoded = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const sextets = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, alphabet.indexOf(String.fromCharCode(code))));

/** @returns undefined where it is no base64 with its padding, whatever the text */
export function octetsOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !encoded.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const octets = new Uint8Array((text.length / 4) * 3 - padding);
  for (let place = 0, at = 0; place < text.length; place += 4, at += 3) {
    let group = 0;
    for (let next = place; next < place + 4; next++) group = (group << 6) | sextets[text.charCodeAt(next)];
    // What is beyond the end is padding, and not kept.
    octets[at] = group >> 16;
    octets[at + 1] = group >> 8;
    octets[at + 2] = group;
  }
  return octets;
}
