/** Wireshark's opinion of M3UA messages. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CapturedPacket, linkTypes, pcapFile } from "../../tools/pcap/writer.ts";

/** What tshark made of a message; empty text where it saw nothing of the kind. */
export interface Dissection {
  /** As `1/1`. */
  readonly m3ua: string;
  /** Acronym of the ISUP message. */
  readonly isup: string;
  readonly cic: string;
  readonly label: string;
  readonly malformed: string;
  /** Remarks that are warnings or errors. */
  readonly complaints: readonly string[];
}

const fields = [
  "m3ua.message_class",
  "m3ua.message_type",
  "isup.message_type",
  "isup.cic",
  "m3ua.protocol_data_opc",
  "m3ua.protocol_data_dpc",
  "_ws.malformed",
  "_ws.expert.severity",
  "_ws.expert.message",
  "_ws.col.Info",
] as const;
type Field = (typeof fields)[number];

/** tshark 4.0 knows M3UA on SCTP only; on a user's link type it takes what it is told. */
const userLinkType = 'uat:user_dlts:"User 0 (DLT=147)","m3ua","0","","0",""';
/** PI_WARN of Wireshark's expert information; above it is PI_ERROR. */
const warningSeverity = 0x60_0000;
const outputOctetsMax = 1 << 28;

/** One dissection a message, in order. */
export function dissect(program: string, messages: readonly CapturedPacket[]): readonly Dissection[] {
  const folder = mkdtempSync(join(tmpdir(), "tandem-tshark-"));
  try {
    const file = join(folder, "m3ua.pcap");
    writeFileSync(file, pcapFile(linkTypes.user0, messages));
    const wanted = fields.flatMap((field) => ["-e", field]);
    const format = ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"];
    const output = execFileSync(program, ["-o", userLinkType, "-r", file, ...format, ...wanted], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: outputOctetsMax,
    });
    return output.split("\n").slice(0, -1).map(dissectionOf);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function dissectionOf(line: string): Dissection {
  const values = line.split("\t");
  const value = (field: Field): string => values[fields.indexOf(field)] ?? "";
  const severities = value("_ws.expert.severity").split("|");
  const remarks = value("_ws.expert.message").split("|");
  return {
    m3ua: `${value("m3ua.message_class")}/${value("m3ua.message_type")}`,
    isup: value("isup.message_type") === "" ? "" : acronymIn(value("_ws.col.Info")),
    cic: value("isup.cic"),
    label: `${value("m3ua.protocol_data_opc")}-${value("m3ua.protocol_data_dpc")}`,
    malformed: value("_ws.malformed"),
    complaints: remarks.filter((_, place) => Number(severities[place]) >= warningSeverity),
  };
}

/** The column reads as in `IAM (CIC 7)`. */
function acronymIn(information: string): string {
  return /^([A-Z]+)/.exec(information)?.[1] ?? information;
}
