/**
 * How an LED of a card blinks. Those of the blue one are PICMG 3.0's (3.2.5.1): a short blink while the card is on its way out, a long
 * one while it is on its way in.
 */
import { type Micros, microsPerMilli } from "../time.ts";

/** Milliseconds lit, dark, lit, dark …; what is steady has one of them. */
const millis = {
  off: [0, 1000],
  on: [1000, 0],
  "slow blink": [500, 500],
  "fast blink": [125, 125],
  "double flash": [100, 100, 100, 700],
  "short blink": [100, 900],
  "long blink": [900, 100],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type LampPattern = keyof typeof millis;

export const lampPatterns = Object.keys(millis) as readonly LampPattern[];

/** By the clock alone: lamps with the same pattern blink together. */
export function isLit(pattern: LampPattern, now: Micros): boolean {
  return stepAt(pattern, now).isLit;
}

/** When the lamp changes next; undefined where the pattern is steady. */
export function nextChange(pattern: LampPattern, now: Micros): Micros | undefined {
  return pattern === "on" || pattern === "off" ? undefined : stepAt(pattern, now).until;
}

function stepAt(pattern: LampPattern, now: Micros): { readonly isLit: boolean; readonly until: Micros } {
  const steps = millis[pattern].map((step) => step * microsPerMilli);
  const period = steps.reduce((sum, step) => sum + step, 0);
  let until = now - (now % period);
  let place = 0;
  for (; place < steps.length; place++) {
    until += steps[place];
    if (now < until) break;
  }
  return { isLit: place % 2 === 0, until };
}
