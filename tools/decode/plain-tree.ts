import { toHex } from "../../firmware/isup/format-codec.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";

/** Named values; those that are undefined are not there. */
export type Branch = { readonly [name: string]: Tree };

/** Any decoded value: octets in hexadecimal, what is undefined left out. */
export function plainTree(value: unknown): Tree {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plainTree);
  if (typeof value === "object" && value !== null) return branch(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

/** The properties of an object as a tree. */
export function branch(value: object): Branch {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, plainTree(each)]));
}

/** `5 (ISUP)`, or the number alone where it has no name. */
export function named(number: number, name: string | undefined): Tree {
  return name === undefined ? number : `${number} (${name})`;
}

/** The name that a table of names and numbers has for `number`. */
export function nameIn(numbers: Readonly<Record<string, number>>, number: number): string | undefined {
  return Object.keys(numbers).find((name) => numbers[name] === number);
}
