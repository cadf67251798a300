/** The cyclic redundancy check of IEEE 802.3 (3.2.9), as gzip and PNG have it too: finds what a serial line has changed. */

/** 0x04c11db7, its bits in the other order. */
const polynomial = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc;
});

/** @returns 32 bits, without a sign */
export function crc32(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) crc = (crc >>> 8) ^ table[(crc ^ octet) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
