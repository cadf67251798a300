import fc from "fast-check";
import { expect, test } from "vitest";
import {
  audioDestination,
  decodeSessionDescription,
  encodeSessionDescription,
  type SessionDescription,
} from "../../../firmware/sdp/session-description.ts";

const text = [
  "v=0",
  "o=- 25678 753849 IN IP4 128.96.41.1",
  "s=-",
  "c=IN IP4 128.96.41.1",
  "t=0 0",
  "a=tool:gateway",
  "m=audio 3456 RTP/AVP 8 96",
  "c=IN IP4 128.96.41.2",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:96 L16/44100/2",
  "a=ptime:20",
  "a=sendrecv",
  "",
].join("\r\n");

const value: SessionDescription = {
  origin: {
    username: "-",
    sessionId: "25678",
    sessionVersion: "753849",
    address: { addressType: "IP4", address: "128.96.41.1" },
  },
  sessionName: "-",
  connection: { addressType: "IP4", address: "128.96.41.1" },
  time: { start: "0", stop: "0" },
  attributes: [{ name: "tool", value: "gateway" }],
  media: [
    {
      media: "audio",
      port: 3456,
      protocol: "RTP/AVP",
      formats: ["8", "96"],
      connection: { addressType: "IP4", address: "128.96.41.2" },
      payloads: [
        { payloadType: 8, encoding: "PCMA", clockHertz: 8000 },
        { payloadType: 96, encoding: "L16", clockHertz: 44_100, channels: 2 },
      ],
      packetMillis: 20,
      attributes: [{ name: "sendrecv" }],
    },
  ],
};

test("a session description is read and written, line by line", () => {
  expect(decodeSessionDescription(text)).toEqual({ ok: true, value });
  expect(encodeSessionDescription(value)).toBe(text);
});

test("LF ends a line as CRLF does", () => {
  expect(decodeSessionDescription(text.replaceAll("\r\n", "\n"))).toEqual({ ok: true, value });
});

test("o, s and t may be missing, as gateways leave them out (RFC 3435 3.4)", () => {
  const short = decodeSessionDescription("v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n");
  expect(short.ok && audioDestination(short.value)).toEqual({ address: "10.0.0.1", port: 4000 });
});

test("an origin with an identifier that is no number, as osmo-mgw writes it", () => {
  const decoded = decodeSessionDescription("v=0\r\no=- 10CC41C7 23 IN IP4 127.0.0.1\r\ns=-\r\n");
  expect(decoded.ok && decoded.value.origin?.sessionId).toBe("10CC41C7");
});

test("a media line's own connection goes before the session's; port 0 is no destination", () => {
  expect(audioDestination(value)).toEqual({ address: "128.96.41.2", port: 3456 });
  expect(audioDestination({ ...value, media: [{ ...value.media[0], port: 0 }] })).toBeUndefined();
});

test.each([
  ["", "missing", 0, "v"],
  ["s=-\r\nv=0\r\n", "missing", 0, "v"],
  ["v=1\r\n", "unsupported-version", 0, "v"],
  ["v=0\r\nv=0\r\n", "duplicate", 5, "v"],
  ["v=0\r\nnonsense\r\n", "bad-syntax", 5, "line"],
  ["v=0\nc=IN IP7 x\n", "bad-syntax", 4, "c"],
  ["v=0\r\nm=audio 70000 RTP/AVP 0\r\n", "bad-syntax", 5, "m"],
  ["v=0\r\nm=audio 700 RTP/AVP\r\n", "bad-syntax", 5, "m"],
  ["v=0\r\nm=audio 700 RTP/AVP 0\r\na=rtpmap:200 X/1\r\n", "bad-syntax", 28, "a"],
])("%j is refused with its place", (wrong, kind, offset, parameter) => {
  expect(decodeSessionDescription(wrong)).toEqual({ ok: false, error: { kind, offset, parameter } });
});

test("any truncation, any single changed character and any text returns", () => {
  for (let end = 0; end <= text.length; end++) decodeSessionDescription(text.slice(0, end));
  for (let at = 0; at < text.length; at++) {
    for (const character of ["\0", "\r", "\n", " ", "=", "9", "\xff"]) {
      decodeSessionDescription(text.slice(0, at) + character + text.slice(at + 1));
    }
  }
  fc.assert(fc.property(fc.string(), (hostile) => void decodeSessionDescription(`v=0\r\n${hostile}`)));
});
