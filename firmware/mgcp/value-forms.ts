/** How the values of parameter lines are written (RFC 3435 3.2.2 and appendix A). */
import {
  type EndpointName,
  formatEndpointName,
  formatNotifiedEntity,
  type NotifiedEntity,
  parseEndpointName,
  parseNotifiedEntity,
} from "./endpoint-name.ts";

/** One way of writing a value. `decode` gives undefined for text that does not follow the grammar. */
export interface ValueForm<T> {
  decode(text: string): T | undefined;
  encode(value: T): string;
}

/** A name and what is said of it: `p:10`, `PS=1245`. A name alone has the value "". */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Transactions `first` to `last`, both included. */
export interface TransactionRange {
  readonly first: number;
  readonly last: number;
}

/** Why an endpoint or connection changed state on its own (3.2.2.15). */
export interface ReasonCode {
  readonly code: number;
  readonly comment: string;
}

export const transactionIdMax = 999_999_999;

/** A transaction identifier, or undefined. Leading zeroes mean nothing (3.2.1.2). */
export function parseTransactionId(text: string): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const id = Number(text);
  return id === 0 ? undefined : id;
}

export const text: ValueForm<string> = { decode: (value) => value, encode: (value) => value };

/** Call, connection and request identifiers: 1 to 32 hexadecimal digits (3.2.2.2, 3.2.2.5, 3.2.2.18). */
export const identifier: ValueForm<string> = {
  decode: (value) => (/^[0-9A-Fa-f]{1,32}$/.test(value) ? value : undefined),
  encode: (value) => value,
};

/** A decimal number of at most `digitsMax` digits. */
export function decimal(digitsMax: number): ValueForm<number> {
  return {
    decode: (value) => (/^\d+$/.test(value) && value.length <= digitsMax ? Number(value) : undefined),
    encode: (value) => value.toString(),
  };
}

/** One word of a closed set, or an extension of the form `package/word`. Case is no difference. */
export function word<const W extends string>(words: readonly W[]): ValueForm<W | `${string}/${string}`> {
  return {
    decode(value) {
      const lower = value.toLowerCase();
      const known = words.find((candidate) => candidate === lower);
      if (known !== undefined) return known;
      const slash = value.indexOf("/");
      if (!/^[\w+-]+\/[\w+-]+$/.test(value)) return undefined;
      return `${value.slice(0, slash)}/${value.slice(slash + 1)}`;
    },
    encode: (value) => value,
  };
}

/** Elements between commas that stand neither in parentheses nor in quotes. Nothing at all is an empty list. */
export function list<T>(element: ValueForm<T>): ValueForm<readonly T[]> {
  return {
    decode(value) {
      const pieces = splitOutside(value, ",");
      if (pieces === undefined) return undefined;
      const elements: T[] = [];
      for (const piece of pieces) {
        const decoded = piece === "" ? undefined : element.decode(piece);
        if (decoded === undefined) return undefined;
        elements.push(decoded);
      }
      return elements;
    },
    encode: (value) => value.map((item) => element.encode(item)).join(", "),
  };
}

/** `name<separator>value`. */
export function named(separator: ":" | "="): ValueForm<NamedValue> {
  return {
    decode(value) {
      const at = value.indexOf(separator);
      const name = at < 0 ? value : value.slice(0, at).trim();
      if (name === "") return undefined;
      return { name, value: at < 0 ? "" : value.slice(at + 1).trim() };
    },
    encode: ({ name, value }) => (value === "" ? name : `${name}${separator}${value}`),
  };
}

export const endpointName: ValueForm<EndpointName> = { decode: parseEndpointName, encode: formatEndpointName };

/** Empty means: whoever sent the command. */
export const notifiedEntity: ValueForm<NotifiedEntity | ""> = {
  decode: (value) => (value === "" ? "" : parseNotifiedEntity(value)),
  encode: (value) => (value === "" ? "" : formatNotifiedEntity(value)),
};

/** `6234-6255` or `6234` (3.2.2.19). */
export const transactionRange: ValueForm<TransactionRange> = {
  decode(value) {
    const ends = value.split("-").map((end) => parseTransactionId(end.trim()));
    const [first, last = first] = ends;
    if (ends.length > 2 || first === undefined || last === undefined || last < first) return undefined;
    return ends.includes(undefined) ? undefined : { first, last };
  },
  encode: ({ first, last }) => (first === last ? `${first}` : `${first}-${last}`),
};

export const reasonCode: ValueForm<ReasonCode> = {
  decode(value) {
    const match = /^(\d{3})(?:[ \t]+(.*))?$/.exec(value);
    return match === null ? undefined : { code: Number(match[1]), comment: match[2] ?? "" };
  },
  encode: ({ code, comment }) => `${code.toString().padStart(3, "0")}${comment === "" ? "" : ` ${comment}`}`,
};

/** Pieces without the blanks around them, or undefined when a parenthesis or quote is left open. */
function splitOutside(value: string, separator: string): readonly string[] | undefined {
  if (value.trim() === "") return [];
  const pieces: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === separator && depth === 0) {
      pieces.push(value.slice(start, at).trim());
      start = at + 1;
    }
    if (depth < 0) return undefined;
  }
  pieces.push(value.slice(start).trim());
  return depth === 0 && !quoted ? pieces : undefined;
}
