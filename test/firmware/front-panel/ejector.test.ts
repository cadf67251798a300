import { describe, expect, test } from "vitest";
import {
  type EjectorEvent,
  type EjectorState,
  ejectorEvent,
  ejectorEvents,
  ejectorStates,
  ejectorStep,
} from "../../../firmware/front-panel/ejector.ts";

/** Where the events lead, and what was asked of the card on the way. */
function follow(...events: readonly EjectorEvent[]): readonly string[] {
  let state: EjectorState = "in service";
  const said: string[] = [];
  for (const event of events) {
    const step = ejectorStep(state, event);
    state = step.state;
    said.push(...step.requests.map((request) => `(${request})`));
  }
  return [...said, state];
}

describe("the ejector", () => {
  test("opened: the card leaves, and is safe to pull when it has", () => {
    expect(follow("opened")).toEqual(["(leave)", "draining"]);
    expect(follow("opened", "serves", "makes way")).toEqual(["(leave)", "draining"]);
    expect(follow("opened", "makes way", "left", "left")).toEqual(["(leave)", "safe"]);
  });

  test("closed before the card could leave: it is told to stay, and serves on without beginning anew", () => {
    expect(follow("opened", "waits", "closed")).toEqual(["(leave)", "recalled"]);
    expect(follow("opened", "waits", "closed", "waits", "serves")).toEqual(["(leave)", "(stay)", "in service"]);
  });

  test("closed while what the card says is older than its leaving: nothing is believed yet", () => {
    expect(follow("opened", "closed", "serves", "serves")).toEqual(["(leave)", "recalled"]);
    expect(follow("opened", "closed", "serves", "left")).toEqual(["(leave)", "(restart)", "restarting"]);
  });

  test("closed while the card makes way: it leaves first, and begins anew then", () => {
    expect(follow("opened", "makes way", "closed", "makes way")).toEqual(["(leave)", "recalled"]);
    expect(follow("opened", "makes way", "closed", "left", "left")).toEqual(["(leave)", "(restart)", "restarting"]);
  });

  test("closed when it was safe to pull: the card begins anew as soon as it confirms that it is out", () => {
    expect(follow("opened", "left", "closed")).toEqual(["(leave)", "recalled"]);
    expect(follow("opened", "left", "closed", "left")).toEqual(["(leave)", "(restart)", "restarting"]);
  });

  test("safe no more: the card that had taken over is lost, and this one serves", () => {
    expect(follow("opened", "left", "waits")).toEqual(["(leave)", "draining"]);
    expect(follow("opened", "left", "waits", "left")).toEqual(["(leave)", "safe"]);
    expect(follow("opened", "left", "closed", "waits", "serves")).toEqual(["(leave)", "(stay)", "in service"]);
  });

  test("opened again on the way back: the card leaves again", () => {
    expect(follow("opened", "waits", "closed", "waits", "opened")).toEqual([
      "(leave)",
      "(stay)",
      "(leave)",
      "draining",
    ]);
  });

  test("a card that was told to leave on the console is safe to pull, too", () => {
    expect(follow("left")).toEqual(["safe"]);
    expect(follow("left", "opened", "left")).toEqual(["(leave)", "safe"]);
  });

  test("every state and event", () => {
    const matrix = ejectorStates.map((state) => {
      const cells = ejectorEvents.map((event) => {
        const step = ejectorStep(state, event);
        const asked = step.requests.map((request) => ` (${request})`).join("");
        return step.state === state && asked === "" ? "-" : `${step.state}${asked}`;
      });
      return `${state}: ${cells.join(", ")}`;
    });
    // opened, closed, serves, waits, makes way, left
    expect(matrix).toEqual([
      "in service: draining (leave), -, -, -, -, safe",
      "draining: -, recalled, -, -, -, safe",
      "safe: draining (leave), recalled, in service, draining, draining, -",
      "recalled: draining (leave), -, -, returning (stay), -, restarting (restart)",
      "returning: draining (leave), -, in service, returning (stay), -, restarting (restart)",
      "restarting: -, -, -, -, -, -",
    ]);
  });

  test.each([
    [undefined, "serves"],
    ["waits for a backup", "waits"],
    ["makes way", "makes way"],
    ["safe to pull", "left"],
  ])("a card whose status says %j", (leaving, event) => {
    expect(ejectorEvent({ leaving })).toBe(event);
  });
});
