/** Where in a YAML text a value is that was reached by keys and indices. */
import { type Document, isAlias, isMap, isScalar, isSeq } from "yaml";

export type Path = readonly PropertyKey[];

/** Offset of the key or item that the path leads to, or of the innermost that is there. */
export function positionOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!isScalar(pair?.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(key)];
      if (!hasRange(item)) return offset;
      offset = item.range[0];
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function hasRange(item: unknown): item is { readonly range: readonly [number, ...number[]] } {
  return typeof item === "object" && item !== null && "range" in item && Array.isArray(item.range);
}
