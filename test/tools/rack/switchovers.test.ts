import { expect, it } from "vitest";
import { Switchovers } from "../../../tools/rack/switchovers.ts";

const millis = 1000;
const first = { isSecondFault: false };

function withPrimary(slot: number): Switchovers {
  const switchovers = new Switchovers();
  expect(switchovers.milestone(slot, "begin", 1, 0)).toBeUndefined();
  return switchovers;
}

it("the first primary of all takes over from nobody", () => {
  expect(withPrimary(2).all).toEqual([]);
});

it("after a pull: times count from the kill", () => {
  const switchovers = withPrimary(2);
  switchovers.prompted({ cause: "pull", slot: 2, atMicros: 100 * millis, callsInSetup: 31, ...first });
  switchovers.milestone(3, "claim", 2, 116 * millis);
  expect(switchovers.milestone(3, "begin", 2, 119 * millis)).toMatchObject({
    cause: "pull",
    from: 2,
    to: 3,
    detectionMillis: 16,
    beginMillis: 19,
    callsInSetup: 31,
  });
});

it("a primary that leaves on purpose is a reason as well", () => {
  const switchovers = withPrimary(2);
  switchovers.prompted({ cause: "leave", slot: 2, atMicros: 100 * millis, callsInSetup: 12, ...first });
  switchovers.milestone(3, "claim", 2, 101 * millis);
  expect(switchovers.milestone(3, "begin", 2, 103 * millis)).toMatchObject({ cause: "leave", callsInSetup: 12 });
});

it("and is heard of later than who takes its place, as often as not", () => {
  const switchovers = withPrimary(2);
  switchovers.milestone(3, "claim", 2, 101 * millis);
  const switchover = switchovers.milestone(3, "begin", 2, 103 * millis);
  switchovers.prompted({ cause: "leave", slot: 2, atMicros: 100 * millis, callsInSetup: 12, ...first });
  expect(switchover).toMatchObject({ cause: "leave", callsInSetup: 12, detectionMillis: 1, beginMillis: 3 });
  switchovers.milestone(2, "begin", 3, 130 * millis);
  expect(switchovers.all.map(({ cause }) => cause)).toEqual(["leave", "unprompted"]);
});

it("of two groups each has its own: a pull in one is no reason for what happens in the other", () => {
  const switchovers = withPrimary(2);
  expect(switchovers.milestone(4, "begin", 1, 0, 2)).toBeUndefined();
  switchovers.prompted({ cause: "pull", slot: 4, group: 2, atMicros: 100 * millis, callsInSetup: 7, ...first });
  switchovers.prompted({ cause: "pull", slot: 2, group: 1, atMicros: 105 * millis, callsInSetup: 9, ...first });
  expect(switchovers.milestone(5, "begin", 2, 119 * millis, 2)).toMatchObject({ group: 2, cause: "pull", from: 4 });
  expect(switchovers.milestone(3, "begin", 2, 124 * millis, 1)).toMatchObject({ group: 1, cause: "pull", from: 2 });
});

it("a claim that came to nothing is not the one that is measured", () => {
  const switchovers = withPrimary(2);
  switchovers.milestone(3, "claim", 2, 50 * millis);
  switchovers.prompted({ cause: "freeze", slot: 2, atMicros: 100 * millis, callsInSetup: 0, ...first });
  switchovers.milestone(3, "claim", 4, 117 * millis);
  expect(switchovers.milestone(3, "begin", 4, 120 * millis)).toMatchObject({ cause: "freeze", detectionMillis: 17 });
});

it.each([
  ["nothing", undefined],
  ["the backup was pulled, not the primary", 3],
])("without anybody's doing: %s", (_, pulled) => {
  const switchovers = withPrimary(2);
  if (pulled !== undefined) {
    switchovers.prompted({ cause: "pull", slot: pulled, atMicros: 100 * millis, callsInSetup: 9, ...first });
  }
  switchovers.milestone(3, "claim", 2, 116 * millis);
  const switchover = switchovers.milestone(3, "begin", 2, 120 * millis);
  expect(switchover).toMatchObject({ cause: "unprompted", beginMillis: 4, callsInSetup: 0 });
  expect(switchover?.detectionMillis).toBeUndefined();
});

it("one pull explains one switchover", () => {
  const switchovers = withPrimary(2);
  switchovers.prompted({ cause: "pull", slot: 2, atMicros: 100 * millis, callsInSetup: 1, ...first });
  switchovers.milestone(3, "begin", 2, 120 * millis);
  switchovers.milestone(2, "begin", 3, 130 * millis);
  switchovers.milestone(3, "begin", 4, 140 * millis);
  expect(switchovers.all.map(({ cause }) => cause)).toEqual(["pull", "unprompted", "unprompted"]);
});

it("a freeze that nobody noticed explains nothing a minute later", () => {
  const switchovers = withPrimary(2);
  switchovers.prompted({ cause: "freeze", slot: 2, atMicros: 100 * millis, callsInSetup: 1, ...first });
  expect(switchovers.milestone(3, "begin", 2, 60_000 * millis)?.cause).toBe("unprompted");
});
