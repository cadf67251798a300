/** How the values of M3UA parameters lie in octets (RFC 4666 3.2 on). */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import { type DecodeError, type DecodeErrorKind, fail, ok, type Result } from "../result.ts";

/** How one kind of value is written and read. The tag, the length and the padding round it are the codec's. */
export interface ParameterFormat<T> {
  octets(value: T): number;
  write(value: T, into: Uint8Array, offset: number): void;
  /** Reads the octets from `start` to before `end`; octet strings in the value are views. */
  read(octets: Uint8Array, start: number, end: number): Result<T, DecodeError>;
}

export type FormatValue<F> = F extends ParameterFormat<infer T> ? T : never;

/** A point code, or a range of them: the `mask` least significant bits of `pointCode` are not looked at (RFC 4666 3.4.1). */
export interface AffectedPointCode {
  readonly mask: number;
  readonly pointCode: number;
}

export function readU32(octets: Uint8Array, offset: number): number {
  return ((octets[offset] << 24) | (octets[offset + 1] << 16) | (octets[offset + 2] << 8) | octets[offset + 3]) >>> 0;
}

export function writeU32(into: Uint8Array, offset: number, value: number): void {
  into[offset] = value >>> 24;
  into[offset + 1] = value >>> 16;
  into[offset + 2] = value >>> 8;
  into[offset + 3] = value;
}

export function readU16(octets: Uint8Array, offset: number): number {
  return (octets[offset] << 8) | octets[offset + 1];
}

export function writeU16(into: Uint8Array, offset: number, value: number): void {
  into[offset] = value >>> 8;
  into[offset + 1] = value;
}

function wrong(kind: DecodeErrorKind, offset: number): { readonly ok: false; readonly error: DecodeError } {
  return fail({ kind, offset });
}

/** A value of four octets. `read` gives undefined for a value that the standard does not allow. */
function word<T>(read: (word: number) => T | undefined, write: (value: T) => number): ParameterFormat<T> {
  return {
    octets: () => 4,
    write: (value, into, offset) => writeU32(into, offset, write(value)),
    read: (octets, start, end) => {
      if (end - start !== 4) return wrong("bad-length", start);
      const value = read(readU32(octets, start));
      return value === undefined ? wrong("bad-value", start) : ok(value);
    },
  };
}

/** One or more values of four octets each. */
function words<T>(read: (word: number) => T, write: (value: T) => number): ParameterFormat<readonly T[]> {
  return {
    octets: (values) => 4 * values.length,
    write: (values, into, offset) => {
      for (const [i, value] of values.entries()) writeU32(into, offset + 4 * i, write(value));
    },
    read: (octets, start, end) => {
      if (end === start || (end - start) % 4 !== 0) return wrong("bad-length", start);
      const values: T[] = [];
      for (let offset = start; offset < end; offset += 4) values.push(read(readU32(octets, offset)));
      return ok(values);
    },
  };
}

const same = (value: number): number => value;

export const u32 = word(same, same);
export const u32List = words(same, same);

/** Eight reserved bits and a point code. */
export const pointCode = word((value) => value & 0xffffff, same);

export const affectedPointCodes = words<AffectedPointCode>(
  (value) => ({ mask: value >>> 24, pointCode: value & 0xffffff }),
  (value) => ((value.mask << 24) | value.pointCode) >>> 0,
);

/** Two numbers of 16 bits, named in their order. */
export function halfWords<const High extends string, const Low extends string>(
  high: High,
  low: Low,
): ParameterFormat<Readonly<Record<High | Low, number>>> {
  return word(
    (value) => ({ [high]: value >>> 16, [low]: value & 0xffff }) as Record<High | Low, number>,
    (value) => ((value[high] << 16) | value[low]) >>> 0,
  );
}

/** 24 reserved bits and a congestion level from 0 (none) to 3 (RFC 4666 3.4.4). */
export const congestionLevel = word((value) => ((value & 0xff) <= 3 ? value & 0xff : undefined), same);

export function octetString(octetsMin: number, octetsMax: number): ParameterFormat<Uint8Array> {
  return {
    octets: (value) => value.length,
    write: (value, into, offset) => into.set(value, offset),
    read: (octets, start, end) =>
      end - start < octetsMin || end - start > octetsMax ? wrong("bad-length", start) : ok(octets.subarray(start, end)),
  };
}

/** OPC, DPC, SI, NI, MP, SLS before the user data. */
export const protocolDataHeaderOctets = 12;

export function readProtocolData(octets: Uint8Array, start: number, end: number): MessageSignalUnit {
  return {
    dpc: readU32(octets, start + 4),
    opc: readU32(octets, start),
    sls: octets[start + 11],
    serviceIndicator: octets[start + 8],
    networkIndicator: octets[start + 9],
    messagePriority: octets[start + 10],
    userData: octets.subarray(start + protocolDataHeaderOctets, end),
  };
}

export function writeProtocolData(unit: MessageSignalUnit, into: Uint8Array, offset: number): void {
  writeU32(into, offset, unit.opc);
  writeU32(into, offset + 4, unit.dpc);
  into[offset + 8] = unit.serviceIndicator;
  into[offset + 9] = unit.networkIndicator;
  into[offset + 10] = unit.messagePriority;
  into[offset + 11] = unit.sls;
  into.set(unit.userData, offset + protocolDataHeaderOctets);
}

/** RFC 4666 3.3.1. */
export const protocolData: ParameterFormat<MessageSignalUnit> = {
  octets: (unit) => protocolDataHeaderOctets + unit.userData.length,
  write: writeProtocolData,
  read: (octets, start, end) =>
    end - start < protocolDataHeaderOctets ? wrong("bad-length", start) : ok(readProtocolData(octets, start, end)),
};
