/** The octets of a Buffer without its habits: its `slice` does not copy, and the firmware counts on one that does. */
export function plainOctets(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
