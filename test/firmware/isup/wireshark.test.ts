/** A second opinion: Wireshark's dissector on one rich sample of every type. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { AnyMessage } from "../../../firmware/isup/codec.ts";
import { decodeMessage, encodeMessage } from "../../../firmware/isup/codec.ts";
import type { Message } from "../../../firmware/isup/dialect.ts";
import { q763 } from "../../../firmware/isup/dialect.ts";
import { linkTypes, pcapFile } from "../../../tools/pcap/writer.ts";
import { sampleMessages } from "./sample-messages.ts";

const fields = [
  "isup.message_type",
  "isup.cic",
  "_ws.expert.severity",
  "_ws.expert.message",
  "_ws.malformed",
  "isup.called",
  "isup.calling",
  "isup.cause_indicator",
  "isup.parameter_type",
] as const;
type Row = Readonly<Record<(typeof fields)[number], string>>;

const tshark = version();
if (tshark === undefined) console.log("tshark is not installed: Wireshark was not asked");

test.runIf(process.env.CI === "true")("tshark is installed where everything must be checked", () => {
  expect(tshark).toBeDefined();
});

describe.skipIf(tshark === undefined)("Wireshark reads what is written here", () => {
  let rows: readonly Row[] = [];
  beforeAll(() => {
    rows = dissect(sampleMessages);
  });

  test.each(sampleMessages.map((sample, index) => ({ type: sample.type, sample, index })))(
    "$type",
    ({ sample, index }) => {
      const row = rows[index];
      const decoded = decodeMessage(encodeMessage(sample));
      if (row === undefined || !decoded.ok) throw new Error("no answer");
      expect(complaints(row)).toBe("");
      expect(Number(row["isup.message_type"])).toBe(decoded.value.code);
      expect(Number(row["isup.cic"])).toBe(index + 1);
      expect(parameterCodes(row)).toEqual(codesOf(decoded.value));
      const { parameters } = decoded.value as AnyMessage;
      if ("calledPartyNumber" in parameters) expect(row["isup.called"]).toBe(digitsIn(parameters.calledPartyNumber));
      if ("callingPartyNumber" in parameters) expect(row["isup.calling"]).toBe(digitsIn(parameters.callingPartyNumber));
      if ("causeIndicators" in parameters) {
        expect(Number(row["isup.cause_indicator"])).toBe(
          (parameters.causeIndicators as { readonly cause: number }).cause,
        );
      }
    },
  );

  test("and would complain", () => {
    const [sample] = sampleMessages.filter(({ type }) => type === "IAM");
    if (sample === undefined) throw new Error("no sample");
    const octets = encodeMessage(sample);
    const [row] = dissectOctets([octets.subarray(0, 12)]);
    expect(row && complaints(row)).not.toBe("");
  });
});

function version(): string | undefined {
  try {
    return execFileSync("tshark", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}

function dissect(messages: readonly Message[]): readonly Row[] {
  return dissectOctets(messages.map((message) => encodeMessage(message)));
}

function dissectOctets(messages: readonly Uint8Array[]): readonly Row[] {
  const folder = mkdtempSync(join(tmpdir(), "isup-"));
  try {
    const file = join(folder, "isup.pcap");
    const packets = messages.map((octets, index) => ({ micros: index, octets: signalUnit(index + 1, octets) }));
    writeFileSync(file, pcapFile(linkTypes.mtp3, packets));
    const wanted = fields.flatMap((field) => ["-e", field]);
    const options = ["-r", file, "-T", "fields", "-E", "occurrence=a", "-E", "separator=/t", ...wanted];
    const output = execFileSync("tshark", options, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return output.split("\n").slice(0, -1).map(rowOf);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowOf(line: string): Row {
  const values = line.split("\t");
  return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ""])) as unknown as Row;
}

/** SIO (national network, ISUP), routing label of Q.704 figure 3, CIC of Q.763 1.2, message. */
function signalUnit(cic: number, message: Uint8Array): Uint8Array {
  const [destination, origin, sls] = [0x0102, 0x0304, cic & 15];
  const label = new DataView(new ArrayBuffer(4));
  label.setUint32(0, destination | (origin << 14) | (sls << 28), true);
  return Uint8Array.of(0x85, ...new Uint8Array(label.buffer), cic & 0xff, cic >> 8, ...message);
}

/** Remarks of Wireshark that are warnings or errors (PI_WARN and above). */
function complaints(row: Row): string {
  const grave = numbersIn(row["_ws.expert.severity"]).some((severity) => severity >= 0x600000);
  return grave || row["_ws.malformed"] !== "" ? `${row["_ws.expert.message"]} ${row["_ws.malformed"]}` : "";
}

function parameterCodes(row: Row): readonly number[] {
  return numbersIn(row["isup.parameter_type"]).filter((code) => code !== 0);
}

function codesOf(message: Message): readonly number[] {
  return Object.entries(message.parameters).flatMap(([name, value]) => {
    const { code } = q763.parameters[name as keyof typeof q763.parameters];
    return (Array.isArray(value) ? value : [value]).map(() => code);
  });
}

function numbersIn(list: string): readonly number[] {
  return list
    .split(",")
    .filter((text) => text !== "")
    .map(Number);
}

function digitsIn(number: unknown): string {
  return (number as { readonly digits: string }).digits;
}
