import { expect, test } from "vitest";
import { isLit, type LampPattern, lampPatterns, nextChange } from "../../../firmware/front-panel/lamp-pattern.ts";

const startMicros = 86_400_000_000;

/** Two seconds, a letter for each 25 ms. */
const drawn = (pattern: LampPattern) =>
  Array.from({ length: 80 }, (_, place) => (isLit(pattern, startMicros + place * 25_000) ? "#" : ".")).join("");

test.each<[LampPattern, string]>([
  ["off", ".".repeat(80)],
  ["on", "#".repeat(80)],
  ["slow blink", `${"#".repeat(20)}${".".repeat(20)}`.repeat(2)],
  ["fast blink", `${"#".repeat(5)}${".".repeat(5)}`.repeat(8)],
  ["double flash", `####....####${".".repeat(28)}`.repeat(2)],
  // PICMG 3.0: 100 ms of a second on the way out, 900 ms on the way in.
  ["short blink", `####${".".repeat(36)}`.repeat(2)],
  ["long blink", `${"#".repeat(36)}....`.repeat(2)],
])("%s", (pattern, picture) => {
  expect(drawn(pattern)).toBe(picture);
});

test("what is steady never has to be looked at again, and what blinks at each change and not before", () => {
  for (const pattern of lampPatterns) {
    let now = startMicros + 1;
    for (let times = 0; times < 20; times++) {
      const change = nextChange(pattern, now);
      if (pattern === "on" || pattern === "off") {
        expect(change).toBeUndefined();
        break;
      }
      if (change === undefined) throw new Error(`${pattern} never changes`);
      expect(isLit(pattern, change - 1)).toBe(isLit(pattern, now));
      expect(isLit(pattern, change)).toBe(!isLit(pattern, now));
      now = change;
    }
  }
  expect.hasAssertions();
});
