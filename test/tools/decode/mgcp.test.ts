import { expect, test } from "vitest";
import { toHex } from "../../../firmware/isup/format-codec.ts";
import { octetsFromText } from "../../../firmware/mgcp/latin1.ts";
import { errorSentence, linesOf, run } from "./run.ts";

const create = [
  "CRCX 1204 ds/e1-1/5@gw MGCP 1.0",
  "C: A1",
  "L: p:20, a:PCMA",
  "M: recvonly",
  "X-Note: x",
  "",
  "v=0",
  "c=IN IP4 192.0.2.1",
  "m=audio 5000 RTP/AVP 8",
  "a=rtpmap:8 PCMA/8000",
  "",
].join("\r\n");
const tree = {
  command: "CRCX (CreateConnection)",
  transactionId: 1204,
  endpoint: "ds/e1-1/5@gw",
  callId: "A1",
  localConnectionOptions: "p:20, a:PCMA",
  connectionMode: "recvonly",
  extensions: [{ code: "X-Note", value: "x" }],
  sessions: [
    {
      attributes: [],
      connection: { addressType: "IP4", address: "192.0.2.1" },
      media: [
        {
          media: "audio",
          port: 5000,
          protocol: "RTP/AVP",
          formats: ["8"],
          payloads: [{ payloadType: 8, encoding: "PCMA", clockHertz: 8000 }],
          attributes: [],
        },
      ],
    },
  ],
};

test("a command as text, as octets, from the standard input and from a file", async () => {
  const hex = toHex(octetsFromText(create));
  const runs = [
    await run(["mgcp", "--json", create]),
    await run(["mgcp", "--json", hex]),
    await run(["mgcp", "--json", "-"], { input: create }),
    await run(["mgcp", "--json", "-"], { input: hex }),
    await run(["mgcp", "--json", "crcx.txt"], { files: { "crcx.txt": create } }),
  ];
  for (const each of runs)
    expect({ ...each, output: linesOf(each) }).toEqual({ exitCode: 0, output: [tree], errors: "" });
});

test("a response, with the meaning of its code; digits do not make it hexadecimal", async () => {
  const { output } = await run(["mgcp", "250 1234\nP: PS=10, OS=1600"]);
  expect(output.split("\n")).toEqual([
    expect.stringMatching(/^response: 250 \(.+\)$/),
    "transactionId: 1234",
    "connectionParameters: PS=10, OS=1600",
    "",
  ]);
});

test("a datagram of several messages: each by itself, the wrong one as a sentence", async () => {
  const result = await run(["mgcp", "--json", "200 1 OK\r\n.\r\nCRCX 2 x MGCP 1.0\r\n.\r\n200 3 OK\r\n"]);
  expect(result.exitCode).toBe(1);
  expect(linesOf(result)).toMatchObject([{ transactionId: 1 }, { transactionId: 3 }]);
  expect(result.errors).toBe("mgcp: bad-syntax at offset 20, in endpoint.\n");
});

test("a session description that cannot be read is shown as it is", async () => {
  const result = await run(["mgcp", "--json", "200 1 OK\n\nv=0\nm=audio\n"]);
  expect(linesOf(result)).toMatchObject([{ sessions: [["v=0", "m=audio"]] }]);
  expect(result.errors).toBe("session description 1: bad-syntax at offset 5, in m.\n");
});

test("every truncation is a sentence or still a message", async () => {
  let refused = 0;
  for (let length = 0; length < create.length; length++) {
    const { exitCode, errors } = await run(["mgcp", create.slice(0, length)]);
    expect([0, 1]).toContain(exitCode);
    if (exitCode === 1) expect(errors).toMatch(errorSentence);
    refused += exitCode;
  }
  expect(refused).toBeGreaterThan(30);
});
