/** The course of a takeover as the card that has taken over tells it. */
import { describe, expect, test } from "vitest";
import { role } from "../../../firmware/backplane/heartbeat.ts";
import type { RosterEntry } from "../../../firmware/backplane/group-roster.ts";
import { TakeoverCourse } from "../../../firmware/backplane/takeover-course.ts";
import { communicationStatus } from "../../../firmware/card/card-status.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { primarySlot, smallRack } from "../../simulator/one-call.ts";

const backupSlot = 3;
const witnesses = [1, 4];
/** Three beats, and what belongs to them. */
const limitMicros = 3 * 5000 + 5000 / 4;

describe("a primary that is pulled", () => {
  const rack = new SimulatedRack(smallRack, { mix: { ringMicros: 20_000, holdMicros: 20_000 } });
  rack.run(300);
  const before = communicationStatus(rack.card(backupSlot).communication.status()).takeover;
  const pulledAt = rack.clock.nowMicros();
  rack.pull(primarySlot);
  rack.run(200);
  const { takeover, term } = communicationStatus(rack.card(backupSlot).communication.status());
  if (takeover === undefined) throw new Error("nobody has taken over");

  test("nothing is told of a takeover that has not been", () => expect(before).toBeUndefined());

  test("who was replaced, in which term", () => {
    expect(takeover).toMatchObject({ from: primarySlot, term });
  });

  test("last beat, detection, claim, answers and BEGIN come in this order", () => {
    const { detectedMicros, claimedMicros, answers, beganMicros } = takeover;
    expect(detectedMicros).toBeGreaterThanOrEqual(limitMicros);
    expect(detectedMicros).toBeLessThan(limitMicros + 2000);
    const times = [0, detectedMicros, claimedMicros, ...answers.map(({ micros }) => micros), beganMicros];
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(answers.map(({ slot }) => slot).sort()).toEqual(witnesses);
    // The last beat was before the pull, and not long before.
    const lastBeat = rack.card(backupSlot).communication.status() as { takeover: { atMillis: number } };
    expect(lastBeat.takeover.atMillis).toBeGreaterThan(0);
    expect(beganMicros).toBeLessThan(50_000);
    expect(rack.clock.nowMicros() - pulledAt).toBeGreaterThan(beganMicros - 5000);
  });
});

describe("what is timed", () => {
  const dead = { slot: 2, role: role.primary, alive: false, lastBeat: 1000, since: 17_000 } as unknown as RosterEntry;

  test("counts from the last beat; an answer that is given again counts once", () => {
    const course = new TakeoverCourse();
    course.claimed(dead, 17_100);
    course.answered(1, 18_000);
    course.answered(1, 19_000);
    course.answered(4, 19_500);
    expect(course.last).toBeUndefined();
    course.begun(5, 1_795_881_356_867, 20_000);
    expect(course.last).toEqual({
      ...{ term: 5, from: 2, detectedMicros: 16_000, claimedMicros: 16_100, beganMicros: 19_000 },
      answers: [
        { slot: 1, micros: 17_000 },
        { slot: 4, micros: 18_500 },
      ],
      atMillis: 1_795_881_356_867,
    });
  });

  test("of one that is heard and replaced all the same the claim is the detection", () => {
    const course = new TakeoverCourse();
    course.claimed({ ...dead, alive: true } as RosterEntry, 17_100);
    course.begun(5, 0, 20_000);
    expect(course.last).toMatchObject({ detectedMicros: 16_100, claimedMicros: 16_100, beganMicros: 19_000 });
  });

  test("where nobody was primary it counts from the claim", () => {
    const course = new TakeoverCourse();
    course.claimed(undefined, 17_100);
    course.begun(5, 0, 20_000);
    expect(course.last).toMatchObject({ from: undefined, detectedMicros: 0, claimedMicros: 0, beganMicros: 2900 });
  });

  test("answers to nothing, and a BEGIN without a claim, are no course", () => {
    const course = new TakeoverCourse();
    course.answered(1, 10);
    course.begun(5, 0, 20);
    expect(course.last).toBeUndefined();
  });
});
