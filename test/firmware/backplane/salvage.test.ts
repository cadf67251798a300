import { expect, test } from "vitest";
import { Answers } from "../../../firmware/backplane/salvage.ts";

test("an answer is whole when all that it counts has come, before or after the count", () => {
  const answers = new Answers();
  answers.salvaged(1, 21, 0);
  answers.answered(1, 21, 2);
  expect([answers.isWhole(1), answers.some(() => true), answers.whole()]).toEqual([false, true, []]);
  answers.salvaged(1, 21, 1);
  expect([answers.isWhole(1), answers.whole()]).toEqual([true, [1]]);
});

test("what came of the answer to an earlier claim does not make the answer to its repetition whole", () => {
  const answers = new Answers();
  answers.answered(1, 21, 16);
  for (let index = 0; index < 5; index++) answers.salvaged(1, 21, index);
  // By now the claimant holds five commits more, and says so.
  answers.answered(1, 26, 11);
  for (let index = 0; index < 6; index++) answers.salvaged(1, 26, index);
  answers.answered(1, 32, 5);
  expect(answers.isWhole(1)).toBe(false);
  for (let index = 0; index < 5; index++) answers.salvaged(1, 32, index);
  expect(answers.isWhole(1)).toBe(true);
});
