/** What the witnesses of the toy rack say in a test, and what must have come of it. */
import type { ProtocolRule } from "../../../firmware/backplane/membership.ts";
import { type ToyOptions, ToyRack } from "./toy-rack.ts";

/** Values that the witnesses say one after the other, some so close that commits are pipelined. */
const says: readonly { afterMillis: number; slot: number; value: number }[] = [
  { afterMillis: 0, slot: 1, value: 11 },
  { afterMillis: 0.2, slot: 4, value: 12 },
  { afterMillis: 0.1, slot: 1, value: 13 },
  { afterMillis: 3, slot: 1, value: 14 },
  { afterMillis: 0, slot: 4, value: 15 },
];
export const values = says.map(({ value }) => value);

export function started(withoutRules: readonly ProtocolRule[] = [], options: ToyOptions = {}): ToyRack {
  const rack = new ToyRack({ ...options, withoutRules });
  rack.run(300);
  return rack;
}

export function sayAll(rack: ToyRack): void {
  for (const { afterMillis, slot, value } of says) {
    rack.run(afterMillis);
    rack.say(slot, value);
  }
  rack.run(200);
}

/** What is wrong with the outcome, if anything. */
export function wrong(rack: ToyRack): string | undefined {
  const [primary, ...more] = rack.primaries();
  if (primary === undefined || more.length > 0) return `primaries: ${rack.primaries().join()}`;
  for (const witness of [1, 4]) {
    const performed = [...rack.performed(witness)].sort((a, b) => a - b);
    if (performed.join() !== values.join()) return `slot ${witness} performed ${rack.performed(witness).join()}`;
  }
  if (rack.performed(1).join() !== rack.performed(4).join()) return "the witnesses performed in different orders";
  if (rack.callServer(primary).values.join() !== rack.performed(1).join())
    return "the primary's table is not what was performed";
  return undefined;
}
