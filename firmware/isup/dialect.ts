/** A dialect of ISUP: a table of parameters and a table of messages, made ready for the codec to walk. */
import { assert } from "../result.ts";
import type { MessageOf, MessageRow } from "./message-table.ts";
import { messages } from "./messages.ts";
import type { Parameter, ParameterTable } from "./parameter.ts";
import { parameters } from "./parameters.ts";

/** A parameter with the name it has in the table. */
export interface NamedParameter extends Parameter {
  readonly name: string;
}

/** A message row with its parameters looked up. */
export interface MessageLayout {
  readonly row: MessageRow;
  readonly fixed: readonly NamedParameter[];
  readonly variable: readonly NamedParameter[];
  /** By parameter code; undefined when the message has no optional part. */
  readonly optional: ReadonlyMap<number, NamedParameter> | undefined;
  /** All parameters of the message and the parts they stand in. */
  readonly byName: ReadonlyMap<string, PlacedParameter>;
}

/** The three parts of a message, Q.763 1.2 and following. */
export type Part = "fixed" | "variable" | "optional";

export interface PlacedParameter {
  readonly part: Part;
  readonly parameter: NamedParameter;
}

export interface Dialect<
  P extends ParameterTable = ParameterTable,
  M extends readonly MessageRow[] = readonly MessageRow[],
> {
  readonly parameters: P;
  readonly messages: M;
  readonly layoutByCode: ReadonlyMap<number, MessageLayout>;
  readonly layoutByType: ReadonlyMap<string, MessageLayout>;
  readonly parameterByCode: ReadonlyMap<number, NamedParameter>;
}

/** The messages of a dialect. */
export type MessageIn<D> = D extends Dialect<infer P, infer M> ? MessageOf<M[number], P> : never;

/** What it takes to send a message: its code follows from its type, and nothing need be passed on. */
export type OutgoingIn<D> =
  MessageIn<D> extends infer M
    ? M extends { readonly type: string; readonly parameters: unknown; readonly unknown: unknown }
      ? Pick<M, "type" | "parameters"> & Partial<Pick<M, "unknown">>
      : never
    : never;

/** Joins the two tables. Asserts that codes are unique, that names resolve and that fixed parameters have a fixed size. */
export function dialect<P extends ParameterTable, const M extends readonly MessageRow[]>(
  parameters: P,
  messages: M,
): Dialect<P, M> {
  const named = new Map(Object.entries(parameters).map(([name, row]) => [name, { name, ...row }]));
  const parameterByCode = new Map([...named.values()].map((row) => [row.code, row]));
  assert(parameterByCode.size === named.size, "two parameters with one code");
  const layouts = messages.map((row) => layoutOf(row, named));
  const layoutByCode = new Map(layouts.map((layout) => [layout.row.code, layout]));
  const layoutByType = new Map(layouts.map((layout) => [layout.row.type, layout]));
  assert(layoutByCode.size === layouts.length && layoutByType.size === layouts.length, "two messages with one code");
  return { parameters, messages, layoutByCode, layoutByType, parameterByCode };
}

function layoutOf(row: MessageRow, named: ReadonlyMap<string, NamedParameter>): MessageLayout {
  const lookUp = (name: string): NamedParameter => {
    const found = named.get(name);
    assert(found !== undefined, `${row.type} has a parameter ${name} that no table knows`);
    return found;
  };
  const fixed = row.fixed.map(lookUp);
  for (const { name, format } of fixed) {
    assert(
      format.pieces.every((piece) => piece.kind === "bits" && piece.presence === "always"),
      `${name} has no fixed size`,
    );
  }
  const variable = row.variable.map(lookUp);
  const optional = row.optional?.map(lookUp);
  const placed = [
    ...fixed.map((parameter): PlacedParameter => ({ part: "fixed", parameter })),
    ...variable.map((parameter): PlacedParameter => ({ part: "variable", parameter })),
    ...(optional ?? []).map((parameter): PlacedParameter => ({ part: "optional", parameter })),
  ];
  const byName = new Map(placed.map((one) => [one.parameter.name, one]));
  assert(byName.size === placed.length, `${row.type} names a parameter twice`);
  const optionalByCode = optional && new Map(optional.map((parameter) => [parameter.code, parameter]));
  return { row, fixed, variable, optional: optionalByCode, byName };
}

/** ITU-T Q.763 (12/1999). */
export const q763 = dialect(parameters, messages);

export type Q763 = typeof q763;

/** Any message of Q.763; `MessageNamed<"IAM">` is one of them. */
export type Message = MessageIn<Q763>;
export type MessageType = Message["type"];
export type MessageNamed<T extends MessageType> = Extract<Message, { readonly type: T }>;
