/** A gateway that is long at work answers, and the transporter goes before anybody knows. */
import { expect, test } from "vitest";
import { differenceOf } from "./catalogue/comparison.ts";
import { disturbances } from "./catalogue/disturbances.ts";
import { east, type Scenario, wait, west } from "./catalogue/scenario.ts";
import { runScenario } from "./catalogue/scenario-run.ts";
import { named } from "./catalogue/sweep.ts";
import { answers, clears, getsThrough, isReleased } from "./catalogue/usual-steps.ts";

/** Longer than a command goes unanswered before it is given up: a call whose answer is lost would not last. */
const talkMillis = 2_400;
/** From the IAM on, on plane A: the answer and what follows from it come in between. */
const frames = { first: 60, end: 160 };

const scenario: Scenario = {
  name: "the gateway is long at work",
  gateway: [{ verb: "CRCX", kind: "late", millis: 170 }],
  parts: [
    west([2], ...getsThrough, wait(talkMillis), ...clears),
    east([1], ...answers, wait(talkMillis), ...isReleased(16)),
  ],
  records: ["answered 16"],
};

test("a transporter of two is pulled at every frame: what was answered is answered again, and the call lasts", () => {
  const disturbance = named(disturbances, "transporter 5 of two pulled inside");
  const undisturbed = runScenario(scenario, disturbance.configuration);
  expect(undisturbed.transmissions).toBeGreaterThan(frames.end);
  const wrong: string[] = [];
  for (let transmission = frames.first; transmission < frames.end; transmission++) {
    const run = runScenario(scenario, disturbance.configuration, { disturbance, transmission });
    const what = run.failures[0] ?? differenceOf(undisturbed, run);
    if (what !== undefined) wrong.push(`frame ${transmission}: ${what}`);
  }
  expect(wrong).toEqual([]);
});
