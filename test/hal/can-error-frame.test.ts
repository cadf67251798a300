import { describe, expect, test } from "vitest";
import { decodeErrorFrame } from "../../hal/can-error-frame.ts";

/** `struct can_frame` of an error: its classes, and the octet that says what the controller has. */
function frame(classes: number, controller = 0): Uint8Array {
  const octets = new Uint8Array(16);
  new DataView(octets.buffer).setUint32(0, classes, true);
  octets[4] = 8;
  octets[9] = controller;
  return octets;
}

const error = 0x2000_0000;

describe("what a controller says of its state (linux/can/error.h)", () => {
  test.each([
    ["bus-off", error | 0x40, 0, "bus-off"],
    ["bus-off, and passive before", error | 0x44, 0x30, "bus-off"],
    ["restarted", error | 0x100, 0, "active"],
    ["too many errors received", error | 0x04, 0x10, "passive"],
    ["too many errors sent", error | 0x204, 0x20, "passive"],
    ["a warning, on the way up or down", error | 0x04, 0x08, "active"],
    ["active again", error | 0x04, 0x40, "active"],
    ["nobody acknowledges", error | 0x20, 0, undefined],
    ["an error on the bus", error | 0x88, 0x30, undefined],
  ])("%s", (_, classes, controller, state) => {
    expect(decodeErrorFrame(frame(classes, controller), 0)).toEqual({ state, hasOverflowed: false });
  });

  test("an overflow says nothing of the state", () => {
    expect(decodeErrorFrame(frame(error | 0x04, 0x01), 0)).toEqual({ state: undefined, hasOverflowed: true });
  });
});

test.each([0, 0x2a4, 0x7ff])("a frame with the identifier %i is none", (identifier) => {
  expect(decodeErrorFrame(frame(identifier, 0xff), 0)).toBeUndefined();
});

test("lies where it is said to lie", () => {
  const octets = new Uint8Array(96);
  octets.set(frame(error | 0x40), 80);
  expect(decodeErrorFrame(octets, 80)?.state).toBe("bus-off");
  expect(decodeErrorFrame(octets, 0)).toBeUndefined();
});
