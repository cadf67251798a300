import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encode } from "../../../firmware/m3ua/codec.ts";
import { encodeData } from "../../../firmware/m3ua/data-message.ts";
import { errorCodes } from "../../../firmware/m3ua/error-codes.ts";
import { messages, statuses } from "../../../firmware/m3ua/messages.ts";
import { linkTypes, pcapFile } from "../../../tools/pcap/writer.ts";
import { AssociationPair, unit } from "./association-pair.ts";
import { samples } from "./samples.ts";

const userDlts = 'uat:user_dlts:"User 0 (DLT=147)","m3ua","0","","0",""';

const installed = spawnSync("tshark", ["--version"]).status === 0;
if (!installed) console.log("tshark is not installed: the M3UA oracle is skipped");

/** What is sent when an ASP comes up, transfers and goes down. */
function conversation(): readonly Uint8Array[] {
  const pair = new AssociationPair(
    { role: "asp", routingContext: 100, trafficMode: "loadshare", aspIdentifier: 1, heartbeatMillis: 500 },
    { role: "sgp", routingContext: 100, ownPointCodes: [4237] },
  );
  pair.connect();
  pair.input("a", { kind: "transfer", protocolData: unit });
  pair.input("a", { kind: "audit", pointCodes: [4237, 1].map((pointCode) => ({ mask: 0, pointCode })) });
  pair.input("b", { kind: "destination", pointCode: 1, status: "unavailable" });
  pair.run(600);
  pair.input("a", { kind: "target", state: "down" });
  pair.run(10);
  return pair.octets;
}

/** What tshark prints about the messages. */
function tshark(sent: readonly Uint8Array[], options: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "m3ua-"));
  try {
    const file = join(directory, "m3ua.pcap");
    const packets = sent.map((octets, micros) => ({ micros, octets }));
    writeFileSync(file, pcapFile(linkTypes.user0, packets));
    const result = spawnSync("tshark", ["-o", userDlts, "-r", file, ...options], { encoding: "utf8", timeout: 50_000 });
    expect(result.status, result.stderr).toBe(0);
    return result.stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The values of fields, one line a message. */
function fields(sent: readonly Uint8Array[], ...names: readonly string[]): string[][] {
  const options = ["-T", "fields", "-E", "separator=;", ...names.flatMap((name) => ["-e", name])];
  const lines = tshark(sent, options).trimEnd().split("\n");
  return lines.map((line) => line.split(";"));
}

test("tshark is there in CI", () => {
  expect(installed || process.env.CI !== "true").toBe(true);
});

describe.skipIf(!installed)("tshark", () => {
  const sent = [
    ...samples.map(({ message }) => encode(message)),
    ...Object.values(errorCodes).map((errorCode) => encode({ name: "ERR", errorCode })),
    ...Object.values(statuses).map((status) => encode({ name: "NTFY", status })),
    encodeData({ protocolData: unit, routingContext: 100 }),
    ...conversation(),
  ];

  test("recognises every message, and finds none malformed", () => {
    const seen = fields(sent, "m3ua.message_class", "m3ua.message_type", "_ws.malformed", "_ws.expert.message");
    expect(seen.map(([messageClass, type, ...wrong]) => [Number(messageClass), Number(type), ...wrong])).toEqual(
      sent.map((octets) => [octets[2], octets[3], "", ""]),
    );
    const kinds = new Set(sent.map((octets) => `${octets[2]}/${octets[3]}`));
    expect(kinds.size).toBe(Object.keys(messages).length);
  });

  test("knows every parameter, error code and status", () => {
    const printed = tshark(sent, ["-V"]);
    expect(printed.match(/Message length: /g)).toHaveLength(sent.length);
    const suspicious = printed.split("\n").filter((line) => /unknown|malformed/i.test(line));
    expect(suspicious.filter((line) => !/destination status unknown/i.test(line))).toEqual([]);
  });

  test("reads the routing label and the ISUP message in DATA as they were meant", () => {
    const octets = encodeData({ protocolData: unit, routingContext: 100 });
    const label = ["m3ua.protocol_data_opc", "m3ua.protocol_data_dpc", "m3ua.protocol_data_sls"];
    const [seen] = fields([octets], ...label, "isup.cic", "isup.message_type");
    expect(seen.map(Number)).toEqual([265, 4237, 7, 298, 12]);
  });
});
