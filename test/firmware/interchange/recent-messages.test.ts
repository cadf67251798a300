import { expect, test } from "vitest";
import { RecentMessages } from "../../../firmware/interchange/recent-messages.ts";

test("the last 2048 messages are remembered, each once", () => {
  const recent = new RecentMessages();
  for (let number = 0; number < 3000; number++) {
    for (let times = 0; times < 2; times++) recent.add(number % 3, 65_535 - number);
  }
  const remembered = Array.from({ length: 3000 }, (_, number) => number).filter((number) =>
    recent.has(number % 3, 65_535 - number),
  );
  expect(remembered.length).toBe(2048);
  expect(remembered[0]).toBe(952);
  expect(recent.has(1, 65_535 - 2999)).toBe(false);
  recent.clear();
  expect(recent.has(2, 65_535 - 2999)).toBe(false);
  recent.add(2, 5);
  expect(recent.has(2, 5)).toBe(true);
});
