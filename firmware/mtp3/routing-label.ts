import { type DecodeError, fail, ok, type Result } from "../result.ts";

/** Where a message comes from and goes to, and what shares the load between links (Q.704 2.2). */
export interface RoutingLabel {
  readonly dpc: number;
  readonly opc: number;
  /** Signalling link selection. */
  readonly sls: number;
}

/** The widths of the label's fields, which lie one after another from the least significant bit of the first octet. */
export interface RoutingLabelFormat {
  readonly octets: number;
  readonly pointCodeBits: number;
  readonly slsBits: number;
}

/** Q.704 figure 3: DPC 14 bits, OPC 14 bits, SLS 4 bits. */
export const ituRoutingLabel: RoutingLabelFormat = { octets: 4, pointCodeBits: 14, slsBits: 4 };
/** T1.111.4 figure 3: DPC and OPC 24 bits, SLS 8 bits (of which five are used where links have not been upgraded). */
export const ansiRoutingLabel: RoutingLabelFormat = { octets: 7, pointCodeBits: 24, slsBits: 8 };

/** Reads the label that begins at `offset`. */
export function decodeRoutingLabel(
  octets: Uint8Array,
  offset = 0,
  format = ituRoutingLabel,
): Result<RoutingLabel, DecodeError> {
  if (octets.length < offset + format.octets) {
    return fail({ kind: "truncated", offset: octets.length, parameter: "routingLabel" });
  }
  const { pointCodeBits, slsBits } = format;
  return ok({
    dpc: readBits(octets, 8 * offset, pointCodeBits),
    opc: readBits(octets, 8 * offset + pointCodeBits, pointCodeBits),
    sls: readBits(octets, 8 * offset + 2 * pointCodeBits, slsBits),
  });
}

/** Writes the label to octets that are still zero. */
export function encodeRoutingLabel(label: RoutingLabel, into: Uint8Array, offset = 0, format = ituRoutingLabel): void {
  const { pointCodeBits, slsBits } = format;
  writeBits(into, 8 * offset, pointCodeBits, label.dpc);
  writeBits(into, 8 * offset + pointCodeBits, pointCodeBits, label.opc);
  writeBits(into, 8 * offset + 2 * pointCodeBits, slsBits, label.sls);
}

/** Up to 24 bits, the least significant first. */
function readBits(octets: Uint8Array, bitOffset: number, bits: number): number {
  const first = bitOffset >> 3;
  const last = (bitOffset + bits - 1) >> 3;
  let value = 0;
  for (let i = last; i >= first; i--) value = (value << 8) | octets[i];
  return (value >>> (bitOffset & 7)) & (2 ** bits - 1);
}

function writeBits(into: Uint8Array, bitOffset: number, bits: number, value: number): void {
  let rest = (value & (2 ** bits - 1)) << (bitOffset & 7);
  const last = (bitOffset + bits - 1) >> 3;
  for (let i = bitOffset >> 3; i <= last; i++) {
    into[i] |= rest & 0xff;
    rest >>>= 8;
  }
}
