import fc from "fast-check";
import { expect, it } from "vitest";
import { mediaOf } from "../../../firmware/transporter/session-media.ts";

const none = { address: 0, port: 0, payloadType: 0 };

it.each([
  ["v=0\r\nc=IN IP4 10.1.2.3\r\nm=audio 30004 RTP/AVP 8 0\r\n", { address: 0x0a010203, port: 30_004, payloadType: 8 }],
  ["v=0\r\nc=IN IP4 255.255.255.255\r\nm=audio 1 RTP/AVP 127\r\n", { address: 0xffffffff, port: 1, payloadType: 127 }],
  ["v=0\r\nc=IN IP6 ::1\r\nm=audio 30004 RTP/AVP 8\r\n", { address: 0, port: 30_004, payloadType: 8 }],
  ["v=0\r\nc=IN IP4 10.1.2.256\r\nm=audio 30004 RTP/AVP 200\r\n", { address: 0, port: 30_004, payloadType: 0 }],
  ["v=0\r\nc=IN IP4 10.1.2.3\r\nm=audio 0 RTP/AVP 8\r\n", none],
  ["v=0\r\nm=audio 30004 RTP/AVP 8\r\n", none],
  ["rubbish", none],
  [undefined, none],
])("%j", (session, expected) => {
  expect(mediaOf(session)).toEqual(expected);
});

it("gives numbers that fit an input, whatever the gateway says", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(99_999), fc.string(), (address, format, port, more) => {
      const media = mediaOf(`v=0\r\nc=IN IP4 ${address}\r\nm=audio ${port} RTP/AVP ${format} ${more}\r\n`);
      expect(media.address).toBeLessThan(2 ** 32);
      expect(media.port).toBeLessThan(2 ** 16);
      expect(media.payloadType).toBeLessThan(128);
    }),
  );
});
