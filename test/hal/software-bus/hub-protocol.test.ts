import { describe, expect, it } from "vitest";
import { canFrameLayoutOctets, decodeCanFrame } from "../../../hal/can-frame.ts";
import { parseHubRequest } from "../../../hal/software-bus/hub-commands.ts";
import { HubMessageReader, HubMessageWriter, hubMessage } from "../../../hal/software-bus/hub-protocol.ts";

const octets = Buffer.from([
  ...[1, 0, 16, 0], // frame, no detail, 16 octets
  ...[0x01, 0x02, 0, 0, 0x02, 0, 0, 0, 0xaa, 0xbb, 0, 0, 0, 0, 0, 0], // struct can_frame: 0x201, two octets
  ...[2, 5, 0, 0], // confirmed, class 5
  ...[3, 0, 2, 0, 0x6c, 0x31], // attach "l1"
  ...[8, 0, 4, 0, 7, 0, 0, 0], // missed 7
]);

function readIn(chunks: Buffer[]): string[] {
  const reader = new HubMessageReader();
  const said: string[] = [];
  for (const chunk of chunks) {
    reader.read(chunk, (type, detail, all, offset, length) => {
      said.push(`${type} ${detail} ${all.toString("hex", offset, offset + length)}`);
    });
  }
  return said;
}

describe("messages of the hub's socket", () => {
  it("are written as the page says", () => {
    const writer = new HubMessageWriter();
    writer.frame({ id: 0x201, fd: false, data: Uint8Array.of(0xaa, 0xbb) });
    writer.signal(hubMessage.confirmed, 5);
    writer.text(hubMessage.attach, "l1");
    writer.count(hubMessage.missed, 7);
    expect(writer.take().toString("hex")).toBe(octets.toString("hex"));
    expect(writer.length).toBe(0);
  });

  it("are read the same wherever the stream is split", () => {
    const whole = readIn([octets]);
    expect(whole.map((line) => line.slice(0, 3))).toEqual(["1 0", "2 5", "3 0", "8 0"]);
    for (let first = 0; first <= octets.length; first++) {
      for (let second = first; second <= octets.length; second++) {
        const chunks = [octets.subarray(0, first), octets.subarray(first, second), octets.subarray(second)];
        expect(readIn(chunks)).toEqual(whole);
      }
    }
    expect(readIn([...octets].map((octet) => Buffer.of(octet)))).toEqual(whole);
  });

  it("a writer grows", () => {
    const writer = new HubMessageWriter();
    for (let count = 0; count < 1000; count++)
      writer.frame({ id: count, fd: false, data: Uint8Array.of(count & 0xff) });
    const ids: number[] = [];
    new HubMessageReader().read(writer.take(), (_type, _detail, all, offset) => {
      ids.push(decodeCanFrame(all, offset, canFrameLayoutOctets)?.id ?? -1);
    });
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });
});

describe("requests of a supervisor", () => {
  it.each([
    { request: 1, command: "cut" },
    { request: 2, command: "sever", port: "cs1" },
    { request: 3, command: "arm-pull", port: "cs1", frameClass: 2, count: 5, moment: "after" },
    { request: 4, command: "arm-frame-fault", count: 1, fault: "lost", ports: ["lim1"] },
  ])("$command is read", (request) => {
    expect(parseHubRequest(JSON.stringify(request))).toEqual(request);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"request":1}',
    '{"command":"cut"}',
    '{"request":1,"command":"toString"}',
    '{"request":1,"command":"sever"}',
    '{"request":1,"command":"sever","port":7}',
    '{"request":1,"command":"arm-pull","port":"a","frameClass":8,"count":1,"moment":"after"}',
    '{"request":1,"command":"arm-pull","port":"a","frameClass":2,"count":0,"moment":"after"}',
    '{"request":1,"command":"arm-frame-fault","count":1,"fault":"lost"}',
  ])("%s is none", (text) => {
    expect(parseHubRequest(text)).toBeUndefined();
  });
});
