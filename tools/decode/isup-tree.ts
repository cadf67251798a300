import { decodeMessage } from "../../firmware/isup/codec.ts";
import { toHex } from "../../firmware/isup/format-codec.ts";
import { messageTree, type Tree } from "../../firmware/isup/message-tree.ts";
import type { Report } from "./report.ts";

/** An ISUP message from the message type octet on. */
export function isupTree(octets: Uint8Array, report: Report): Tree | undefined {
  const decoded = decodeMessage(octets);
  if (decoded.ok) return messageTree(decoded.value);
  report("isup", decoded.error, octets);
  return undefined;
}

/** An ISUP message inside something else, which can be shown even if the message cannot: its octets then. */
export function innerIsupTree(octets: Uint8Array, report: Report): Tree {
  return isupTree(octets, report) ?? toHex(octets);
}
