/** Inputs of every kind, with whatever their fields can say. */
import fc from "fast-check";
import type { Input } from "../../../firmware/interchange/input.ts";

export function upTo(bits: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, 2 ** bits - 1), fc.nat(2 ** Math.min(bits, 31) - 1));
}

export const circuit = fc.oneof(fc.nat(127), fc.nat(16_383), upTo(21));
export const message = fc.uint8Array({ maxLength: 40 });
export const call = upTo(24);

export function kind<const K extends string, T>(name: K, fields: { [F in keyof T]: fc.Arbitrary<T[F]> }) {
  return fc.record({ kind: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<{ kind: K } & T>;
}

const created = { call, identifier: upTo(32), secondIdentifier: upTo(32) };
/** By kind. */
export const inputs: { readonly [K in Input["kind"]]: fc.Arbitrary<Input & { kind: K }> } = {
  isup: fc.oneof(kind("isup", { circuit, message }), kind("isup", { identifier: upTo(16), circuit, message })),
  unequipped: fc.oneof(
    kind("unequipped", { exchange: upTo(8), cic: upTo(16), message }),
    kind("unequipped", { identifier: upTo(16), exchange: upTo(8), cic: upTo(16), message }),
  ),
  destination: kind("destination", { exchange: upTo(8), available: upTo(1) }),
  created: fc.oneof(
    kind("created", { ...created, port: fc.constant(0) }),
    kind("created", { ...created, port: fc.integer({ min: 1, max: 65_535 }), address: upTo(32), payloadType: upTo(8) }),
  ),
  done: kind("done", { call, verb: upTo(8) }),
  refused: kind("refused", { call, verb: upTo(8), cause: upTo(8), code: upTo(16) }),
  gateway: kind("gateway", { gateway: upTo(8), event: upTo(8) }),
  endpoint: kind("endpoint", { circuit, event: upTo(8) }),
};
