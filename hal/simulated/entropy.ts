import type { Entropy } from "../entropy.ts";

/**
 * Chance that repeats itself: the same seed and stream give the same draws in every run. A simulation gives each of
 * its parts a stream of its own, named after the part, so that one part's draws do not change another's.
 */
export function seededEntropy(seed: number, stream = ""): Entropy {
  const next = smallFastCounter(seed, stream);
  return {
    octets: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    integer: (below) => {
      // Draws beyond the last whole multiple of `below` would favour the small results.
      const fairBelow = 2 ** 32 - (2 ** 32 % below);
      for (;;) {
        const draw = next();
        if (draw < fairBelow) return draw % below;
      }
    },
  };
}

/** Chris Doty-Humphrey's sfc32: 128 bits of state, draws of 32 bits, passes PractRand. */
function smallFastCounter(seed: number, stream: string): () => number {
  let a = seed | 0;
  let b = (seed / 2 ** 32) | 0;
  let c = hash(stream);
  let counter = 1;
  const next = () => {
    const draw = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + draw;
    return draw >>> 0;
  };
  // Neighbouring seeds have to grow apart first.
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** FNV-1a over the code units. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return sum;
}
