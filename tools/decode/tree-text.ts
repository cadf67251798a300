/** A tree for reading: a line a value, what belongs together indented. */
import type { Tree } from "../../firmware/isup/message-tree.ts";

const step = "  ";

export function treeText(tree: Tree): string {
  return `${linesOf(tree).join("\n")}\n`;
}

function linesOf(tree: Tree): readonly string[] {
  if (isLeaf(tree)) return [leafText(tree)];
  if (isList(tree)) return tree.flatMap((item) => linesOf(item).map((line, at) => (at === 0 ? "- " : step) + line));
  return Object.entries(tree).flatMap(([name, value]) => {
    if (isLeaf(value)) return [`${name}: ${leafText(value)}`];
    if (isList(value) && value.every(isLeaf)) return [`${name}: ${value.map(leafText).join(", ") || "none"}`];
    const lines = linesOf(value);
    return lines.length === 0 ? [`${name}: none`] : [`${name}:`, ...lines.map((line) => step + line)];
  });
}

function leafText(value: string | number | boolean): string {
  return value === "" ? '""' : String(value);
}

function isLeaf(tree: Tree): tree is string | number | boolean {
  return typeof tree !== "object";
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}
