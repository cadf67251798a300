/** Capture files that Wireshark reads: the classic libpcap format, version 2.4. */

/** Link types (LINKTYPE_ values) of what Tandem speaks. */
export const linkTypes = { ethernet: 1, mtp2: 140, mtp3: 141, sctp: 248, user0: 147 } as const;

export interface CapturedPacket {
  /** Microseconds since the epoch, or since anything. */
  readonly micros: number;
  readonly octets: Uint8Array;
}

const magic = 0xa1b2c3d4;
const fileHeaderLength = 24;
const packetHeaderLength = 16;
const snapshotLength = 65535;
const microsPerSecond = 1_000_000;

/** The octets of a capture file that holds `packets` in order. Packets longer than 65535 octets are cut, as a capture would. */
export function pcapFile(linkType: number, packets: readonly CapturedPacket[]): Uint8Array {
  const cut = packets.map(({ octets }) => octets.subarray(0, snapshotLength));
  const length = cut.reduce((sum, octets) => sum + packetHeaderLength + octets.length, fileHeaderLength);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, snapshotLength);
  view.setUint32(20, linkType);
  let position = fileHeaderLength;
  packets.forEach(({ micros, octets }, index) => {
    const kept = cut[index] ?? octets;
    view.setUint32(position, Math.floor(micros / microsPerSecond));
    view.setUint32(position + 4, micros % microsPerSecond);
    view.setUint32(position + 8, kept.length);
    view.setUint32(position + 12, octets.length);
    file.set(kept, position + packetHeaderLength);
    position += packetHeaderLength + kept.length;
  });
  return file;
}
