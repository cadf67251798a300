import { toHex } from "../../firmware/isup/format-codec.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";
import { cicOctets, decodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import { decodeMsu, type MessageSignalUnit } from "../../firmware/mtp3/message-signal-unit.ts";
import { formatPointCode } from "../../firmware/mtp3/point-code.ts";
import { networkIndicators } from "../../firmware/mtp3/service-information.ts";
import { serviceIndicator, userPart } from "../../firmware/mtp3/user-parts.ts";
import { innerIsupTree } from "./isup-tree.ts";
import { type Branch, nameIn, named } from "./plain-tree.ts";
import type { Report } from "./report.ts";

/** A message signal unit from the service information octet on. */
export function mtp3Tree(octets: Uint8Array, report: Report): Tree | undefined {
  const decoded = decodeMsu(octets);
  if (decoded.ok) return unitTree(decoded.value, report);
  report("mtp3", decoded.error, octets);
  return undefined;
}

/** A message signal unit, however it came: label, user part, and the ISUP message where it is one. */
export function unitTree(unit: MessageSignalUnit, report: Report): Branch {
  return {
    serviceIndicator: named(unit.serviceIndicator, userPart(unit.serviceIndicator)?.name),
    networkIndicator: named(unit.networkIndicator, nameIn(networkIndicators, unit.networkIndicator)),
    messagePriority: unit.messagePriority,
    dpc: pointCodeTree(unit.dpc),
    opc: pointCodeTree(unit.opc),
    sls: unit.sls,
    ...userTree(unit, report),
  };
}

/** `4237 (2-17-5)`. */
export function pointCodeTree(pointCode: number): Tree {
  return pointCode < 2 ** 14 ? named(pointCode, formatPointCode(pointCode)) : pointCode;
}

function userTree(unit: MessageSignalUnit, report: Report): Branch {
  const { userData } = unit;
  if (unit.serviceIndicator !== serviceIndicator("ISUP")) return { userData: toHex(userData) };
  const cic = decodeCic(userData);
  if (cic.ok) return { cic: cic.value, isup: innerIsupTree(userData.subarray(cicOctets), report) };
  report("isup", cic.error, userData);
  return { userData: toHex(userData) };
}
