/** What a program at the other end of a console's line sends: firmware made up, and its lines. */
import { crc32 } from "node:zlib";

/** Octets of every value, the same for the same seed. */
export function firmwareOctets(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

/** The line that brings `octets` from `offset` on, without its end. */
export function firmwareLine(octets: Uint8Array, offset: number, most = 3072): string {
  const part = octets.subarray(offset, offset + most);
  return `${offset} ${crc32(part).toString(16).padStart(8, "0")} ${Buffer.from(part).toString("base64")}`;
}
