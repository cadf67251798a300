/** M3UA messages to octets and back, by the tables (RFC 4666 3.1). */
import { type DecodeError, fail, ok, type Result } from "../result.ts";
import { type Message, type MessageName, messages } from "./messages.ts";
import { readU32, writeU32 } from "./parameter-formats.ts";
import { type Body, body, bodyOctets, padded, readBody, writeBody } from "./parameter-walk.ts";
import { parameters } from "./parameters.ts";

/** Version, a reserved octet, class, type, length. */
export const commonHeaderOctets = 8;
export const version = 1;

interface Row {
  readonly name: MessageName;
  readonly messageClass: number;
  readonly messageType: number;
  readonly body: Body;
}

const rows = new Map<MessageName, Row>();
const rowsByClass = new Map<number, Map<number, Row>>();
for (const name of Object.keys(messages) as MessageName[]) {
  const { messageClass, messageType, parameters: entries } = messages[name];
  const row = { name, messageClass, messageType, body: body(parameters, entries) };
  rows.set(name, row);
  rowsByClass.set(messageClass, (rowsByClass.get(messageClass) ?? new Map<number, Row>()).set(messageType, row));
}

/**
 * Decodes one message from its common header on. Octet strings in it are views of `octets`.
 *
 * An unknown class or type is the kind `unknown-type` with parameter `messageClass` or `messageType`. Octets after the
 * length of the common header are an error, but for the padding of the last parameter (RFC 4666 3.1.4).
 */
export function decode(octets: Uint8Array): Result<Message, DecodeError> {
  const row = decodeHeader(octets);
  if (!row.ok) return row;
  const value: Record<string, unknown> = { name: row.value.name };
  const read = readBody(row.value.body, octets, commonHeaderOctets, readU32(octets, 4), value);
  return read.ok ? ok(value as Message) : read;
}

export function encode(message: Message): Uint8Array {
  const row = rows.get(message.name) as Row;
  const length = commonHeaderOctets + bodyOctets(row.body, message);
  const octets = new Uint8Array(length);
  writeCommonHeader(octets, row.messageClass, row.messageType, length);
  writeBody(row.body, message, octets, commonHeaderOctets);
  return octets;
}

/** Writes the common header of a message of `length` octets, header included. */
export function writeCommonHeader(into: Uint8Array, messageClass: number, messageType: number, length: number): void {
  into[0] = version;
  into[2] = messageClass;
  into[3] = messageType;
  writeU32(into, 4, length);
}

/** What is wrong with the version or the length of a common header, if anything. */
export function commonHeaderError(octets: Uint8Array): DecodeError | undefined {
  if (octets.length < commonHeaderOctets)
    return { kind: "truncated", offset: octets.length, parameter: "commonHeader" };
  if (octets[0] !== version) return { kind: "unsupported-version", offset: 0, parameter: "version" };
  const length = readU32(octets, 4);
  if (length < commonHeaderOctets) return { kind: "bad-length", offset: 4, parameter: "messageLength" };
  if (length > octets.length) return { kind: "truncated", offset: octets.length, parameter: "messageLength" };
  if (octets.length > padded(length)) return { kind: "trailing", offset: length, parameter: "messageLength" };
  return undefined;
}

function decodeHeader(octets: Uint8Array): Result<Row, DecodeError> {
  const error = commonHeaderError(octets);
  if (error) return fail(error);
  const types = rowsByClass.get(octets[2]);
  if (!types) return fail({ kind: "unknown-type", offset: 2, parameter: "messageClass" });
  const row = types.get(octets[3]);
  return row ? ok(row) : fail({ kind: "unknown-type", offset: 3, parameter: "messageType" });
}
