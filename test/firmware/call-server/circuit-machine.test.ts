import { describe, expect, it } from "vitest";
import { circuitMachine } from "../../../firmware/call-server/circuit-machine.ts";
import { circuitStates, circuitTimers } from "../../../firmware/call-server/circuit-states.ts";
import { connectionMachine } from "../../../firmware/call-server/connection-machine.ts";
import { connectionStates, connectionTimers } from "../../../firmware/call-server/connection-states.ts";
import { StateMachine } from "../../../firmware/call-server/state-machine.ts";

describe("state machines", () => {
  it.each([
    ["circuit", circuitMachine],
    ["connection", connectionMachine],
  ] as const)("%s: the whole matrix, for the reviewer", (_, machine) => {
    console.table(machine.matrix());
    expect(machine.matrix().length).toBeGreaterThan(20);
  });

  it("every timer of a state has a row for its expiry", () => {
    for (const state of circuitStates) {
      for (const { timer } of circuitTimers[state] ?? [])
        expect(circuitMachine.find(state, timer), `${timer} in ${state}`).toBeDefined();
    }
    for (const state of connectionStates) {
      for (const { timer } of connectionTimers[state] ?? []) expect(connectionMachine.find(state, timer)).toBeDefined();
    }
  });

  it("every expiry leaves the state or counts a repetition, so that the backup sees it", () => {
    for (const { state, event, next, actions } of circuitMachine.matrix()) {
      if (!/^T\d+$/.test(event) || next !== "=") continue;
      expect(actions, `${event} in ${state}`).toContain("count-repetition");
    }
  });

  it("REL, RSC, GRS, BLO and UBL have a row in every state", () => {
    for (const state of circuitStates) {
      for (const event of ["REL", "RSC", "GRS", "BLO", "UBL"])
        expect(circuitMachine.find(state, event), `${event} in ${state}`).toBeDefined();
    }
  });

  it("two rows for one event are refused", () => {
    expect(
      () =>
        new StateMachine([
          ["a", "e", "b", []],
          [["a", "b"], "e", "=", []],
        ]),
    ).toThrow("two rows");
  });
});
