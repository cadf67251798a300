import { describe, expect, it } from "vitest";
import {
  actionText,
  parseCardAction,
  parseCircuitAction,
  parsePlaneAction,
  sortSchedule,
} from "../../../tools/rack/schedule.ts";

const second = 1_000_000;

describe("what is to happen to a card", () => {
  it.each([
    ["pull", "primary@10s", { action: "pull", target: "primary", at: 10 * second }],
    ["pull", "3@1.5s", { action: "pull", target: 3, at: 1.5 * second }],
    ["pull", "lim@2m", { action: "pull", target: "lim", at: 120 * second }],
    ["freeze", "transporter@500ms", { action: "freeze", target: "transporter", at: second / 2 }],
    ["freeze", "backup@7", { action: "freeze", target: "backup", at: 7 * second }],
    ["insert", "@15s", { action: "insert", target: "last", at: 15 * second }],
    ["thaw", "@0s", { action: "thaw", target: "last", at: 0 }],
    ["pull", "@3s", { action: "pull", target: "primary", at: 3 * second }],
    ["pull", "primary@commit:3", { action: "pull-at-commit", target: "primary", frames: 3, at: 0 }],
    ["pull", "primary-2@10s", { action: "pull", target: { role: "primary", group: 2 }, at: 10 * second }],
    ["pull", "2@4s:commit:1", { action: "pull-at-commit", target: 2, frames: 1, at: 4 * second }],
  ] as const)("%s %s", (action, text, expected) => {
    expect(parseCardAction(action, text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ["pull", "primary", "a time is missing: such as primary@10s"],
    ["pull", "primary@", "a time is missing: such as primary@10s"],
    [
      "pull",
      "secondary@10s",
      "secondary is no card: primary, backup, lim, transporter, primary-2 (of group 2) or the number of a slot",
    ],
    [
      "pull",
      "64@10s",
      "64 is no card: primary, backup, lim, transporter, primary-2 (of group 2) or the number of a slot",
    ],
    ["pull", "primary@soon", "soon is no time: such as 500ms, 10s or 2m"],
    ["pull", "primary@-1s", "-1s is no time: such as 500ms, 10s or 2m"],
    ["pull", "primary@commit:0", "frames of commits are counted from 1"],
    ["freeze", "primary@commit:3", "only a pull can wait for a commit"],
  ] as const)("%s %s is refused with a reason", (action, text, reason) => {
    expect(parseCardAction(action, text)).toEqual({ ok: false, reason });
  });
});

describe("what is to happen to a plane", () => {
  it("is cut and mended at a time", () => {
    expect(parsePlaneAction("cut", "A@10s")).toEqual({
      ok: true,
      value: { action: "cut", plane: "A", at: 10 * second },
    });
    expect(parsePlaneAction("mend", "b@20s")).toEqual({
      ok: true,
      value: { action: "mend", plane: "B", at: 20 * second },
    });
  });

  it.each([
    ["C@10s", "C is no plane: A or B"],
    ["@10s", "nothing is no plane: A or B"],
    ["A", "a time is missing: such as A@10s"],
    ["A@never", "never is no time: such as 500ms, 10s or 2m"],
  ])("%s is refused with a reason", (text, reason) => {
    expect(parsePlaneAction("cut", text)).toEqual({ ok: false, reason });
  });
});

describe("what an operator wants of circuits", () => {
  it.each([
    ["block", "west/5@10s", { verb: "block", exchange: "west", firstCic: 5, lastCic: 5 }, "block west/5"],
    [
      "unblock",
      "south-2/1-32@10s",
      { verb: "unblock", exchange: "south-2", firstCic: 1, lastCic: 32 },
      "unblock south-2/1-32",
    ],
  ] as const)("%s %s", (action, text, command, said) => {
    const value = { action, command, at: 10 * second };
    expect(parseCircuitAction(action, text)).toEqual({ ok: true, value });
    expect(actionText(value)).toBe(said);
  });

  it.each([
    ["west/5", "a time is missing: such as west/5@10s"],
    ["west@10s", "west are no circuits: such as west/5 or west/5-8"],
    ["@10s", "nothing are no circuits: such as west/5 or west/5-8"],
    ["west/5@whenever", "whenever is no time: such as 500ms, 10s or 2m"],
  ])("%s is refused with a reason", (text, reason) => {
    expect(parseCircuitAction("block", text)).toEqual({ ok: false, reason });
  });
});

describe("a schedule", () => {
  it("is in the order of time, and of writing where the time is the same", () => {
    const sorted = sortSchedule([
      { action: "insert", target: "last", at: 15 * second },
      { action: "cut", plane: "A", at: 10 * second },
      { action: "pull", target: "primary", at: 10 * second },
      { action: "pull", target: "primary", at: 5 * second },
    ]);
    expect(sorted.map((planned) => `${planned.at / second} ${actionText(planned)}`)).toEqual([
      "5 pull primary",
      "10 cut plane A",
      "10 pull primary",
      "15 insert the last one",
    ]);
  });
});
