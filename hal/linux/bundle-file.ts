/**
 * Firmware as one file: an index in JSON behind its length (32 bits, the high octet first), and the files one after the other, all of
 * it compressed (Brotli, RFC 7932). The same files give the same octets.
 */
import { brotliCompressSync, brotliDecompress, constants } from "node:zlib";
import { jsonOf } from "./firmware-folder.ts";

/** As Node names it: arm64, x64. */
export type Processor = string;

export interface FirmwareFile {
  /** With folders, such as native/arm64/can-socket.node. */
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface Firmware {
  readonly version: string;
  readonly processor: Processor;
  readonly files: readonly FirmwareFile[];
}

interface Index {
  readonly format: number;
  readonly version: string;
  readonly processor: Processor;
  readonly files: readonly { readonly name: string; readonly octets: number }[];
}

const format = 1;
const lengthOctets = 4;
/** Unpacked. */
const octetsMax = 64 * 1024 * 1024;
/** No part begins with a dot. */
const nameForm = /^[\w@+-][\w@.+-]*(?:\/[\w@+-][\w@.+-]*)*$/;
/** Of a version that a console and the bus can say. */
export const versionForm = /^[A-Za-z0-9.+_-]{1,64}$/;

export function packFirmware({ version, processor, files }: Firmware): Uint8Array {
  const entries = files.map(({ name, octets }) => ({ name, octets: octets.length }));
  const index = Buffer.from(JSON.stringify({ format, version, processor, files: entries } satisfies Index));
  const length = Buffer.alloc(lengthOctets);
  length.writeUInt32BE(index.length);
  const whole = Buffer.concat([length, index, ...files.map(({ octets }) => octets)]);
  // What the threads have in common lies megabytes apart.
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
  return brotliCompressSync(whole, { params });
}

/** @param done is given undefined where the octets are no firmware */
export function unpackFirmware(octets: Uint8Array, done: (firmware: Firmware | undefined) => void): void {
  brotliDecompress(octets, { maxOutputLength: octetsMax }, (error, whole) => done(error ? undefined : filesOf(whole)));
}

function filesOf(whole: Buffer): Firmware | undefined {
  if (whole.length < lengthOctets) return undefined;
  const end = lengthOctets + whole.readUInt32BE();
  const index = end > whole.length ? undefined : jsonOf(whole.toString("utf8", lengthOctets, end));
  if (!isIndex(index)) return undefined;
  const files: FirmwareFile[] = [];
  let from = end;
  for (const { name, octets } of index.files) {
    files.push({ name, octets: whole.subarray(from, from + octets) });
    from += octets;
  }
  return from === whole.length ? { version: index.version, processor: index.processor, files } : undefined;
}

function isIndex(value: object | undefined): value is Index {
  const index = value as Partial<Index> | undefined;
  if (index?.format !== format || !versionForm.test(String(index.version))) return false;
  if (typeof index.processor !== "string" || !Array.isArray(index.files)) return false;
  return index.files.every(
    ({ name, octets }) => nameForm.test(String(name)) && Number.isInteger(octets) && Number(octets) >= 0,
  );
}
