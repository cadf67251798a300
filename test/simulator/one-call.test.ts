import { describe, expect, test } from "vitest";
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import { lastTwoBits, oneCall, pulled, receivers, sweep } from "./one-call.ts";

const moments = (["before", "inside", "after"] as const).map((moment) => [`pulled ${moment}`, pulled(moment)] as const);
const rejections = receivers.map(
  (slots) => [`last two bits at slots ${slots.join("+")},`, lastTwoBits(slots)] as const,
);

test("duties 22 to 39: a transit call is set up, answered and released, and leaves nothing behind", () => {
  const { outcome } = oneCall({});
  const heard = (circuit: string) => outcome.messages[circuit]?.map((text) => text.split(" ").slice(0, 2).join(" "));
  expect(heard("west/2")).toEqual(["sent IAM", "received ACM", "received ANM", "sent REL", "received RLC"]);
  expect(heard("east/1")).toEqual(["received IAM", "sent ACM", "sent ANM", "received REL", "sent RLC"]);
  expect(outcome).toMatchObject({ calls: ["west completed"], connected: [], notIdle: [], primaries: 1, agreed: true });
  expect(outcome.callsLeft).toEqual([""]);
  expect(outcome.records).toHaveLength(1);
  expect(outcome.records[0]).toMatch(/^answered 16 /);
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
