/** A decoded message as a plain object that prints and turns into JSON: digits as strings, values by name, octets in hexadecimal. */
import type { AnyMessage } from "./codec.ts";
import type { Dialect } from "./dialect.ts";
import { q763 } from "./dialect.ts";
import type { AnyValue } from "./format-codec.ts";
import { toHex } from "./format-codec.ts";
import type { Format } from "./format.ts";

export type Tree = string | number | boolean | readonly Tree[] | { readonly [name: string]: Tree };

/** The tree of a message: `{ type, parameters: { name: fields }, unknown: [{ code, octets, reason }] }`. `unknown` only where there is some. */
export function messageTree(message: AnyMessage, dialect: Dialect = q763): Tree {
  const parameters: Record<string, Tree> = {};
  for (const [name, value] of Object.entries(message.parameters)) {
    const row = dialect.parameters[name];
    if (value === undefined || row === undefined) continue;
    parameters[name] = Array.isArray(value)
      ? value.map((one: AnyValue) => valueTree(row.format, one))
      : valueTree(row.format, value as AnyValue);
  }
  const tree = { type: message.type, parameters };
  const { unknown: unread = [] } = message;
  if (unread.length === 0) return tree;
  const unknown = unread.map(({ code, octets, reason }) => ({
    code: `0x${toHex(Uint8Array.of(code))}`,
    octets: toHex(octets),
    ...(reason === undefined ? {} : { reason }),
  }));
  return { ...tree, unknown };
}

function valueTree(format: Format, value: AnyValue): Tree {
  const tree: Record<string, Tree> = {};
  for (const piece of format.pieces) {
    if (piece.kind === "bits") {
      for (const { name, field } of piece.fields) {
        const found = value[name];
        if (found === undefined) continue;
        const label = field.kind === "unsigned" ? field.labels?.[Number(found)] : undefined;
        tree[name] = label === undefined ? leaf(found) : `${found} (${label})`;
      }
    } else if (piece.kind === "list") {
      tree[piece.name] = (value[piece.name] as readonly AnyValue[]).map((item) => valueTree(piece.item, item));
    } else if (value[piece.name] !== undefined) {
      tree[piece.name] = leaf(value[piece.name]);
    }
  }
  if (value.spare !== undefined) tree.spare = leaf(value.spare);
  return tree;
}

function leaf(value: unknown): Tree {
  if (value instanceof Uint8Array) return toHex(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}
