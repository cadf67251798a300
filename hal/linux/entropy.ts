import { randomFillSync, randomInt } from "node:crypto";
import type { Entropy } from "../entropy.ts";

/** The machine's entropy, fit for keys. */
export function linuxEntropy(): Entropy {
  return {
    octets: (count) => randomFillSync(new Uint8Array(count)),
    integer: (below) => randomInt(below),
  };
}
