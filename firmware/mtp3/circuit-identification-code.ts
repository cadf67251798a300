/** The circuit identification code that stands between the routing label and an ISUP message (Q.763 1.2). */
import { type DecodeError, fail, ok, type Result } from "../result.ts";

export const cicOctets = 2;
/** 12 bits; the four above them are spare. */
export const cicMax = 0x0fff;

/** Reads the CIC that begins at `offset`, its less significant octet first. The spare bits are ignored. */
export function decodeCic(octets: Uint8Array, offset = 0): Result<number, DecodeError> {
  if (octets.length < offset + cicOctets) return fail({ kind: "truncated", offset: octets.length, parameter: "cic" });
  return ok(((octets[offset + 1] << 8) | octets[offset]) & cicMax);
}

/** Writes the CIC with its spare bits zero. */
export function encodeCic(cic: number, into: Uint8Array, offset = 0): void {
  into[offset] = cic & 0xff;
  into[offset + 1] = (cic & cicMax) >> 8;
}
