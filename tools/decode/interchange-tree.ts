/** What cards tell each other in inputs and outputs (firmware/interchange), values by name. */
import { gatewayEvent, input } from "../../firmware/interchange/input.ts";
import type { Output } from "../../firmware/interchange/output.ts";
import { causeNames } from "../../firmware/isup/causes.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";
import { decode } from "../../firmware/layout/layout.ts";
import { innerIsupTree } from "./isup-tree.ts";
import { type Branch, nameIn, named, plainTree } from "./plain-tree.ts";
import type { Report } from "./report.ts";

/** The verbs of instructions by their tags (firmware/interchange/output.ts). */
export const verbNames: Readonly<Record<number, string>> = {
  1: "create",
  2: "modify",
  3: "delete",
  4: "clear",
  5: "unequipped",
  6: "auditDestination",
};

const modeNames: Readonly<Record<number, string>> = { 1: "receive only", 2: "both ways" };

/** Fields that are more than a number, by name; where kinds differ, by kind and name. */
const numberTrees: Readonly<Record<string, (value: number) => Tree>> = {
  mode: (value) => named(value, modeNames[value]),
  verb: (value) => named(value, verbNames[value]),
  cause: (value) => named(value, causeNames[value]),
  available: (value) => value === 1,
  address: (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join("."),
  identifier: wordText,
  secondIdentifier: wordText,
  "gateway event": (value) => named(value, nameIn(gatewayEvent, value)),
};

/** The payload of an input record. */
export function inputTree(octets: Uint8Array, report: Report): Tree | undefined {
  const decoded = decode(input, octets);
  if (decoded.ok) return fieldsTree(decoded.value, report);
  report("input", decoded.error, octets);
  return undefined;
}

/** One output of a commit. */
export function outputTree(output: Output, report: Report): Tree {
  if (output.kind !== "instruct") return fieldsTree(output, report);
  return { slot: output.slot, kind: output.kind, instruction: fieldsTree(output.instruction, report) };
}

function fieldsTree(value: { readonly kind: string }, report: Report): Branch {
  const trees: Record<string, Tree> = {};
  for (const [name, field] of Object.entries<unknown>({ ...value })) {
    const treeOf = numberTrees[`${value.kind} ${name}`] ?? numberTrees[name];
    if (name === "message" && field instanceof Uint8Array) trees[name] = innerIsupTree(field, report);
    else trees[name] = typeof field === "number" && treeOf ? treeOf(field) : plainTree(field);
  }
  return trees;
}

/** What a gateway calls its own is hexadecimal. */
function wordText(value: number): Tree {
  return value.toString(16).padStart(8, "0");
}
