/**
 * CBOR for what is not on the hot path: the link between a card's processors, snapshots, management. The one place that names
 * the library, whose results have no type without the host's: here they are `unknown`, and whoever decodes looks at the shape.
 */
import { Encoder } from "cbor-x";

interface TypedEncoder {
  encode(value: unknown): Uint8Array;
  decode(octets: Uint8Array): unknown;
}

const encoder = new Encoder({
  useRecords: false,
  tagUint8Array: false,
  mapsAsObjects: true,
}) as unknown as TypedEncoder;

/** The octets of a value of plain data; valid until the next call, because they lie in a pool. */
export function encodeCbor(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** The value in octets from elsewhere; `undefined` when they are not CBOR. */
export function decodeCbor(octets: Uint8Array): unknown {
  try {
    return encoder.decode(octets);
  } catch {
    return undefined;
  }
}
