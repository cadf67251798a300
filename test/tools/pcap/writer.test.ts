import { expect, test } from "vitest";
import { linkTypes, pcapFile } from "../../../tools/pcap/writer.ts";

test("a file header, and a header before every packet", () => {
  const file = pcapFile(linkTypes.mtp3, [
    { micros: 1_500_000, octets: Uint8Array.of(1, 2, 3) },
    { micros: 2_000_001, octets: Uint8Array.of() },
  ]);
  expect([...file]).toEqual(
    [
      [0xa1, 0xb2, 0xc3, 0xd4], // big-endian, microseconds
      [0, 2, 0, 4], // version 2.4
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0xff, 0xff], // snapshot length
      [0, 0, 0, 141], // link type
      [0, 0, 0, 1, 0, 0x07, 0xa1, 0x20, 0, 0, 0, 3, 0, 0, 0, 3, 1, 2, 3],
      [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ].flat(),
  );
});

test("a packet longer than the snapshot length is cut, and says how long it was", () => {
  const file = pcapFile(linkTypes.user0, [{ micros: 0, octets: new Uint8Array(65_536) }]);
  const view = new DataView(file.buffer);
  expect([view.getUint32(32), view.getUint32(36), file.length]).toEqual([65_535, 65_536, 24 + 16 + 65_535]);
});
