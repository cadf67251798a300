import { describe, expect, test } from "vitest";
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import { lastTwoBits, oneCall, pulled, receivers, sweep } from "./one-call.ts";

const moments = (["before", "inside", "after"] as const).map((moment) => [`pulled ${moment}`, pulled(moment)] as const);
const rejections = receivers.map(
  (slots) => [`last two bits at slots ${slots.join("+")},`, lastTwoBits(slots)] as const,
);

test("duties 22 to 39: a transit call is set up, answered and released, and leaves nothing behind", () => {
  const { outcome } = oneCall({});
  expect(outcome.west).toEqual(["sent 1", "received 6", "received 9", "sent c", "received 10"]);
  expect(outcome.east).toEqual(["received 1", "sent 6", "sent 9", "received c", "sent 10"]);
  expect(outcome).toMatchObject({ calls: ["completed"], connected: [], notIdle: [], primaries: 1 });
  expect(outcome.cdrs).toHaveLength(1);
});

describe("the primary goes at every frame of the call; the callers notice nothing", () => {
  test.each([0, 130, 700])("plane B %i microseconds behind plane A", (skewMicros) => {
    const { runs, failures } = sweep({ skewMicros }, [...moments, ...rejections]);
    console.log(`plane B ${skewMicros} µs behind: ${runs} runs, ${failures.length} with another outcome`);
    expect(failures).toEqual([]);
    expect(runs).toBeGreaterThan(400);
  });
});

describe("negative controls: the same sweep fails when a rule is switched off", () => {
  test.each<ProtocolRule>(["salvage", "pending-inputs", "begin"])("without %s", (rule) => {
    const { runs, failures } = sweep({ withoutRules: [rule], skewMicros: 700 }, [...rejections, ...moments], 1);
    console.log(`without ${rule}: ${failures[0]} (run ${runs})`);
    expect(failures).toHaveLength(1);
  });
});
