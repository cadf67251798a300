import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datagramOctetsMax, decodeDatagram, encodeDatagram, refusalOf } from "../../../firmware/mgcp/codec.ts";
import { matchesLocalName, parseEndpointName, parseNotifiedEntity } from "../../../firmware/mgcp/endpoint-name.ts";
import { octetsFromText, textFromOctets } from "../../../firmware/mgcp/latin1.ts";
import { command, type Message, response } from "../../../firmware/mgcp/message.ts";
import { causeOf, responseClass, responseCode, responseCodes } from "../../../firmware/mgcp/response-codes.ts";

const session = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n";
const east5 = { local: "east/5", domain: "gw" };

/** Messages beside the lines they are made of. */
const samples: readonly [string, Message, readonly string[]][] = [
  [
    "a connection of two endpoints in one command (2.3.5)",
    command("CRCX", 1204, east5, {
      callId: "A3C47F21456789F0",
      secondEndpointId: { local: "west/7", domain: "gw" },
      connectionMode: "recvonly",
    }),
    ["CRCX 1204 east/5@gw MGCP 1.0", "C: A3C47F21456789F0", "Z2: west/7@gw", "M: recvonly"],
  ],
  [
    "its answer",
    response(200, 1204, "OK", {
      secondEndpointId: { local: "west/7", domain: "gw" },
      connectionIds: ["FDE234C8"],
      secondConnectionId: "FDE234C9",
    }),
    ["200 1204 OK", "Z2: west/7@gw", "I: FDE234C8", "I2: FDE234C9"],
  ],
  [
    "a connection to a session (appendix F style)",
    command(
      "CRCX",
      1206,
      { local: "aaln/1", domain: "rgw-2567.example.net" },
      {
        callId: "A3C47F",
        localConnectionOptions: [
          { name: "p", value: "10" },
          { name: "a", value: "PCMU;G726" },
          { name: "fmtp", value: '"PCMU a=1, b=2"' },
        ],
        connectionMode: "sendrecv",
      },
      [session],
    ),
    [
      "CRCX 1206 aaln/1@rgw-2567.example.net MGCP 1.0",
      "C: A3C47F",
      'L: p:10, a:PCMU;G726, fmtp:"PCMU a=1, b=2"',
      "M: sendrecv",
      "",
      "v=0",
      "c=IN IP4 127.0.0.1",
      "m=audio 4000 RTP/AVP 8",
    ],
  ],
  [
    "a response with two session descriptions",
    response(200, 7, "", { connectionIds: ["1"] }, [session, session]),
    ["200 7", "I: 1", "", ...session.trimEnd().split("\r\n"), "", ...session.trimEnd().split("\r\n")],
  ],
  [
    "statistics of a deleted connection (3.2.2.7)",
    response(250, 1210, "connection was deleted", {
      connectionParameters: [
        { name: "PS", value: "1245" },
        { name: "OS", value: "62345" },
        { name: "PL", value: "10" },
      ],
    }),
    ["250 1210 connection was deleted", "P: PS=1245, OS=62345, PL=10"],
  ],
  [
    "confirmed transactions and a notification request",
    command("RQNT", 1207, east5, {
      responseAck: [
        { first: 6234, last: 6255 },
        { first: 6257, last: 6257 },
      ],
      notifiedEntity: { local: "ca", domain: "ca1.example.net", port: 5678 },
      requestIdentifier: "0123456789AC",
      requestedEvents: ["L/hu(N)", "D/[0-9#T](D)", "L/hd(E(S(L/dl),R(L/oc, L/hu(N))))"],
      signalRequests: ["G/rt"],
    }),
    [
      "RQNT 1207 east/5@gw MGCP 1.0",
      "K: 6234-6255, 6257",
      "N: ca@ca1.example.net:5678",
      "X: 0123456789AC",
      "R: L/hu(N), D/[0-9#T](D), L/hd(E(S(L/dl),R(L/oc, L/hu(N))))",
      "S: G/rt",
    ],
  ],
  [
    "restart of all endpoints (2.3.12)",
    command(
      "RSIP",
      1,
      { local: "*", domain: "gw" },
      { restartMethod: "restart", restartDelay: 0, reasonCode: { code: 905, comment: "facility failure" } },
    ),
    ["RSIP 1 *@gw MGCP 1.0", "E: 905 facility failure", "RM: restart", "RD: 0"],
  ],
  [
    "the endpoints that an audit of all found (F.5)",
    response(200, 1200, "OK", {
      specificEndpointIds: [east5, { local: "east/6", domain: "gw" }],
      capabilities: ["a:PCMU, p:10-100", "a:G726"],
    }),
    ["200 1200 OK", "Z: east/5@gw", "Z: east/6@gw", "A: a:PCMU, p:10-100", "A: a:G726"],
  ],
  ["the acknowledgement of a response (3.5.6)", response(0, 1206), ["000 1206"]],
  ["an answer that asks for one", response(200, 1206, "", { responseAck: [] }), ["200 1206", "K:"]],
  [
    "a package's own code and an extension",
    { ...response(801, 9, "no such tone", {}), packageName: "AU", extensions: [{ code: "X-flower", value: "daisy" }] },
    ["801 9 /AU no such tone", "X-flower: daisy"],
  ],
];

const wire = (lines: readonly string[], end = "\r\n") => octetsFromText(lines.map((line) => line + end).join(""));
const okOf = (message: Message) => ({ ok: true, value: message });
const decodeText = (text: string) => decodeDatagram(octetsFromText(text));

describe.each(samples)("%s", (_title, message, lines) => {
  test("is written", () => {
    expect(textFromOctets(encodeDatagram([message]))).toBe(textFromOctets(wire(lines)));
  });

  test.each(["\r\n", "\n"])("is read with line end %j", (end) => {
    expect(decodeDatagram(wire(lines, end))).toEqual([okOf(message)]);
  });

  test("every truncation and every corrupted octet returns", () => {
    const octets = wire(lines);
    let results = 0;
    for (let end = 0; end <= octets.length; end++) decodeDatagram(octets.subarray(0, end));
    for (let at = 0; at < octets.length; at++) {
      for (let value = 0; value < 256; value++) {
        const corrupted = octets.slice();
        corrupted[at] = value;
        results += decodeDatagram(corrupted).length;
      }
    }
    expect(results).toBeGreaterThanOrEqual(octets.length * 256);
  });
});

test("messages in one datagram (3.5.5): each is judged on its own", () => {
  const [one, other] = [samples[0][1], samples[1][1]];
  const octets = encodeDatagram([one, other]);
  expect(decodeDatagram(octets)).toEqual([okOf(one), okOf(other)]);
  const mixed = decodeText(`DLCX 5 east/5@gw MGCP 1.0\nI: nothex\n.\n${textFromOctets(encodeDatagram([other]))}.\n`);
  expect(mixed).toEqual([
    {
      ok: false,
      error: { kind: "bad-syntax", offset: 29, parameter: "connectionIds", transactionId: 5, refusal: 510 },
    },
    okOf(other),
  ]);
});

test("verbs, parameter names and modes may be in either case", () => {
  expect(decodeText("crcx 1 e@g mgcp 1.0\nc: 1\nm: SendRecv\n")).toEqual([
    okOf(command("CRCX", 1, { local: "e", domain: "g" }, { callId: "1", connectionMode: "sendrecv" })),
  ]);
});

test.each([
  ["", "truncated", 0, undefined, undefined],
  ["\r\n.\r\n", "truncated", 0, undefined, undefined],
  ["CRCX\r\n", "bad-syntax", 4, "transactionId", undefined],
  ["CRCX 0 e@g MGCP 1.0\r\n", "bad-syntax", 5, "transactionId", undefined],
  ["CRCX 1234567890 e@g MGCP 1.0\r\n", "bad-syntax", 5, "transactionId", undefined],
  ["CR 1 e@g MGCP 1.0\r\n", "bad-syntax", 0, "verb", undefined],
  ["ABCD 1 e@g MGCP 1.0\r\n", "unknown-type", 0, "verb", 504],
  ["CRCX 1 e@g\r\n", "bad-syntax", 10, "version", 510],
  ["CRCX 1 e@g MGCP 0.1\r\n", "unsupported-version", 16, "version", 528],
  ["CRCX 1 e*@g MGCP 1.0\r\n", "bad-syntax", 7, "endpoint", 500],
  ["CRCX 1 e MGCP 1.0\r\n", "bad-syntax", 7, "endpoint", 500],
  ["CRCX 1 e@g MGCP 1.0\r\nC 12\r\n", "bad-syntax", 21, "parameter", 510],
  ["CRCX 1 e@g MGCP 1.0\r\nC:  xyz\r\n", "bad-syntax", 25, "callId", 510],
  ["CRCX 1 e@g MGCP 1.0\r\nC: 1\r\nC: 1\r\n", "duplicate", 27, "callId", 510],
  ["CRCX 1 e@g MGCP 1.0\r\nM: loud\r\n", "bad-syntax", 24, "connectionMode", 510],
  ["CRCX 1 e@g MGCP 1.0\r\nR: a(b\r\n", "bad-syntax", 24, "requestedEvents", 510],
  ["CRCX 1 e@g MGCP 1.0\r\nK: 9-8\r\n", "bad-syntax", 24, "responseAck", 510],
  ["CRCX 1 e@g MGCP 1.0\r\n\r\nv=0\r\n\r\nv=0\r\n", "trailing", 30, "session", 510],
  ["20 1 OK\r\n", "bad-syntax", 0, "code", undefined],
  ["200 OK\r\n", "bad-syntax", 4, "transactionId", undefined],
  ["200 1 OK\r\nI: zz\r\n", "bad-syntax", 13, "connectionIds", undefined],
])("%j is refused with its place and its answer", (text, kind, offset, parameter, refusal) => {
  const [result] = decodeText(text);
  expect(result).toMatchObject({ ok: false, error: { kind, offset } });
  if (result.ok) return;
  expect(result.error.parameter).toBe(parameter);
  expect(refusalOf(result.error)?.code).toBe(refusal);
});

test("what is written is read again, for any identifiers and names", () => {
  const hexadecimal = fc.stringMatching(/^[0-9A-F]{1,32}$/);
  const local = fc.stringMatching(/^[a-z0-9.]{1,8}(\/([a-z0-9]{1,5}|\*|\$)){0,3}$/);
  const messages = fc.record({
    id: fc.integer({ min: 1, max: 999_999_999 }),
    local,
    callId: hexadecimal,
    connectionIds: fc.array(hexadecimal, { minLength: 1, maxLength: 4 }),
    comment: fc.stringMatching(/^[a-zA-Z0-9]([ -~]{0,20}[a-zA-Z0-9])?$/),
  });
  fc.assert(
    fc.property(messages, ({ id, local, callId, connectionIds, comment }) => {
      const both = [
        command("DLCX", id, { local, domain: "gw.example.net" }, { callId, connectionIds }),
        response(250, id, comment, { connectionIds }),
      ];
      expect(decodeDatagram(encodeDatagram(both))).toEqual(both.map(okOf));
    }),
  );
});

test("any octets at all return", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      decodeDatagram(octets);
      decodeDatagram(octetsFromText(`CRCX 1 e@g MGCP 1.0\n${textFromOctets(octets)}`));
    }),
  );
  const long = `CRCX 1 e@g MGCP 1.0\nR: ${"(".repeat(datagramOctetsMax)}\n`;
  expect(decodeText(long)[0].ok).toBe(false);
});

test("names of endpoints and notified entities (3.2.1.3)", () => {
  expect(parseEndpointName("ds/ds1-1/*@gw.example.net")).toEqual({ local: "ds/ds1-1/*", domain: "gw.example.net" });
  expect(parseEndpointName("$@[128.96.41.1]")).toEqual({ local: "$", domain: "[128.96.41.1]" });
  for (const wrong of ["", "@gw", "a@", "a//b@gw", "a b@gw", "a*@gw", "a@g_w"]) {
    expect(parseEndpointName(wrong)).toBeUndefined();
  }
  expect(parseNotifiedEntity("[10.0.0.1]:2727")).toEqual({ domain: "[10.0.0.1]", port: 2727 });
  expect(parseNotifiedEntity("ca@[::1]")).toEqual({ local: "ca", domain: "[::1]" });
  expect(parseNotifiedEntity("ca@x:99999")).toBeUndefined();
});

test.each([
  ["east/5", "EAST/5", true],
  ["east/5", "east/50", false],
  ["east/*", "east/5", true],
  ["east/$", "east/5", true],
  ["*", "east/5", true],
  ["*/5", "east/5", true],
  ["west/*", "east/5", false],
  ["east/5/*", "east/5", false],
  ["east", "east/5", false],
])("%s names %s: %s", (pattern, local, matches) => {
  expect(matchesLocalName(pattern, local)).toBe(matches);
});

test("response codes: no code twice, every failure has a cause, unknown ones mean their class", () => {
  const rows = Object.values(responseCodes);
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
  for (const { code, cause } of rows) expect(cause > 0, `${code}`).toBe(code >= 400);
  expect(responseClass(403)).toBe("transient-error");
  expect(responseClass(300)).toBeUndefined();
  expect(responseCode(499).meaning).toBe("unspecified transient error");
  expect([causeOf(200), causeOf(410), causeOf(999)]).toEqual([0, 34, 41]);
});
