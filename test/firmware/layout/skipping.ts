import { expect } from "vitest";
import type { Field } from "../../../firmware/layout/layout.ts";
import { OctetReader } from "../../../firmware/layout/octet-reader.ts";

/** Reading past a value comes to the same place as reading it, or to the same error. */
export function expectSameSkipped<T>(field: Field<T>, input: Uint8Array): void {
  const [reading, skipping] = [new OctetReader(input), new OctetReader(input)];
  field.read(reading, field.name);
  field.skip(skipping, field.name);
  expect(skipping.error?.kind).toBe(reading.error?.kind);
  expect(skipping.error?.offset).toBe(reading.error?.offset);
  if (reading.error === undefined) expect(skipping.offset).toBe(reading.offset);
}
