/** Generators that follow the tables: whatever a row allows, in any order and with any spare bits. */
import * as fc from "fast-check";
import type { Message, MessageLayout, NamedParameter } from "../../../firmware/isup/dialect.ts";
import { q763 } from "../../../firmware/isup/dialect.ts";
import { decodeValue } from "../../../firmware/isup/format-codec.ts";
import type { AnyValue } from "../../../firmware/isup/format-codec.ts";
import type { UnreadParameter } from "../../../firmware/isup/message-table.ts";

/** Octets of a parameter, of any length that could be right. */
export function octetsOf(parameter: NamedParameter, lengthMax = 24): fc.Arbitrary<Uint8Array> {
  const { octetsMin } = parameter.format;
  return fc.uint8Array({ minLength: octetsMin, maxLength: Math.max(octetsMin, lengthMax) });
}

/** Any value that the format of a parameter can hold. */
function anyValueOf(parameter: NamedParameter, lengthMax?: number): fc.Arbitrary<AnyValue> {
  return octetsOf(parameter, lengthMax)
    .map((octets) => decodeValue(parameter.format, octets, 0, octets.length))
    .filter((decoded) => decoded.ok)
    .map((decoded) => (decoded.ok ? decoded.value : {}));
}

/** Any message of a row. Its optional parameters stand in any order, and some that it does not know stand among them. */
export function messageOf({ row, fixed, variable, optional }: MessageLayout): fc.Arbitrary<Message> {
  const required = fc.record({
    ...Object.fromEntries(fixed.map((parameter) => [parameter.name, anyValueOf(parameter, 0)])),
    ...Object.fromEntries(variable.map((parameter) => [parameter.name, anyValueOf(parameter)])),
  });
  const chosen = fc.shuffledSubarray([...(optional?.values() ?? [])], { maxLength: Math.min(optional?.size ?? 0, 6) });
  const entries = chosen.chain((parameters) =>
    fc
      .tuple(
        ...parameters.map((parameter) =>
          parameter.repeatable
            ? fc.array(anyValueOf(parameter), { minLength: 1, maxLength: 3 })
            : anyValueOf(parameter),
        ),
      )
      .map((values) => parameters.map((parameter, index) => [parameter.name, values[index]] as const)),
  );
  const unread = optional === undefined ? fc.constant([]) : fc.array(unreadOf(optional), { maxLength: 3 });
  return fc.tuple(required, entries, unread).map(([mandatory, optionals, unknown]) => {
    const parameters = { ...mandatory, ...Object.fromEntries(optionals) };
    const places = optionals.reduce((sum, [, value]) => sum + (Array.isArray(value) ? value.length : 1), 0);
    const placed = unknown.map((one, index) => ({ ...one, place: index === 0 ? 0 : places + index }));
    return { type: row.type, code: row.code, parameters, unknown: placed } as unknown as Message;
  });
}

function unreadOf(optional: ReadonlyMap<number, NamedParameter>): fc.Arbitrary<UnreadParameter> {
  return fc
    .tuple(
      fc.integer({ min: 1, max: 255 }).filter((code) => !optional.has(code)),
      fc.uint8Array({ maxLength: 8 }),
    )
    .map(([code, octets]) => ({ code, octets, reason: q763.parameterByCode.has(code) ? "unexpected" : "unknown" }));
}
