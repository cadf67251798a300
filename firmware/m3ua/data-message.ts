/**
 * DATA without the tables: nearly all messages are DATA, and thousands come each second.
 * The layout is that of the table (messages.ts); a test holds the two together.
 */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";
import { type DecodeError, type DecodeErrorKind, fail, ok, type Result } from "../result.ts";
import { commonHeaderError, commonHeaderOctets, writeCommonHeader } from "./codec.ts";
import { messages } from "./messages.ts";
import {
  protocolDataHeaderOctets,
  readProtocolData,
  readU16,
  readU32,
  writeProtocolData,
  writeU16,
  writeU32,
} from "./parameter-formats.ts";
import { padded, parameterHeaderOctets, parameterLength } from "./parameter-walk.ts";
import { parameters } from "./parameters.ts";

/** A DATA message. A DATA message names one routing context at most (RFC 4666 3.3.1). */
export interface Data {
  readonly protocolData: MessageSignalUnit;
  readonly networkAppearance?: number | undefined;
  readonly routingContext?: number | undefined;
  readonly correlationId?: number | undefined;
}

const { messageClass, messageType } = messages.DATA;
const protocolDataTag = parameters.protocolData.tag;
const routingContextTag = parameters.routingContext.tag;
const networkAppearanceTag = parameters.networkAppearance.tag;
const correlationIdTag = parameters.correlationId.tag;
/** Tag, length and four octets. */
const wordParameterOctets = 8;

export function isData(octets: Uint8Array): boolean {
  return octets.length >= commonHeaderOctets && octets[2] === messageClass && octets[3] === messageType;
}

/** Decodes a message for which `isData` holds. `userData` is a view of `octets`; parameters that DATA does not have are skipped. */
export function decodeData(octets: Uint8Array): Result<Data, DecodeError> {
  const headerError = commonHeaderError(octets);
  if (headerError) return fail(headerError);
  const end = readU32(octets, 4);
  let protocolData: MessageSignalUnit | undefined;
  let networkAppearance: number | undefined;
  let routingContext: number | undefined;
  let correlationId: number | undefined;
  for (let offset = commonHeaderOctets; offset < end; ) {
    const length = parameterLength(octets, offset, end);
    if (typeof length !== "number") return wrong(length, offset);
    const value = offset + parameterHeaderOctets;
    const tag = readU16(octets, offset);
    if (tag === protocolDataTag) {
      if (length < parameterHeaderOctets + protocolDataHeaderOctets) return wrong("bad-length", value, "protocolData");
      if (protocolData) return wrong("duplicate", offset, "protocolData");
      protocolData = readProtocolData(octets, value, offset + length);
    } else if (tag === routingContextTag) {
      if (length !== wordParameterOctets) return wrong("bad-length", value, "routingContext");
      if (routingContext !== undefined) return wrong("duplicate", offset, "routingContext");
      routingContext = readU32(octets, value);
    } else if (tag === networkAppearanceTag) {
      if (length !== wordParameterOctets) return wrong("bad-length", value, "networkAppearance");
      if (networkAppearance !== undefined) return wrong("duplicate", offset, "networkAppearance");
      networkAppearance = readU32(octets, value);
    } else if (tag === correlationIdTag) {
      if (length !== wordParameterOctets) return wrong("bad-length", value, "correlationId");
      if (correlationId !== undefined) return wrong("duplicate", offset, "correlationId");
      correlationId = readU32(octets, value);
    }
    offset += padded(length);
  }
  if (!protocolData) return wrong("missing", end, "protocolData");
  return ok({ protocolData, networkAppearance, routingContext, correlationId });
}

export function encodeData(data: Data): Uint8Array {
  const protocolDataOctets = parameterHeaderOctets + protocolDataHeaderOctets + data.protocolData.userData.length;
  const words =
    Number(data.networkAppearance !== undefined) +
    Number(data.routingContext !== undefined) +
    Number(data.correlationId !== undefined);
  const octets = new Uint8Array(commonHeaderOctets + words * wordParameterOctets + padded(protocolDataOctets));
  writeCommonHeader(octets, messageClass, messageType, octets.length);
  let offset = writeWord(octets, commonHeaderOctets, networkAppearanceTag, data.networkAppearance);
  offset = writeWord(octets, offset, routingContextTag, data.routingContext);
  writeU16(octets, offset, protocolDataTag);
  writeU16(octets, offset + 2, protocolDataOctets);
  writeProtocolData(data.protocolData, octets, offset + parameterHeaderOctets);
  writeWord(octets, offset + padded(protocolDataOctets), correlationIdTag, data.correlationId);
  return octets;
}

/** The offset after the parameter, which is left out when there is no value. */
function writeWord(into: Uint8Array, offset: number, tag: number, value: number | undefined): number {
  if (value === undefined) return offset;
  writeU16(into, offset, tag);
  writeU16(into, offset + 2, wordParameterOctets);
  writeU32(into, offset + parameterHeaderOctets, value);
  return offset + wordParameterOctets;
}

function wrong(
  kind: DecodeErrorKind,
  offset: number,
  parameter?: string,
): { readonly ok: false; readonly error: DecodeError } {
  return fail({ kind, offset, parameter });
}
