import { expect, test } from "vitest";
import {
  canInterfaceOf,
  isInterfaceUp,
  lookAtCanInterface,
  readCanInterface,
} from "../../../hal/linux/can-interface.ts";

const controller = {
  flags: ["NOARP", "UP", "LOWER_UP"],
  mtu: 72,
  linkinfo: {
    info_kind: "can",
    info_data: { state: "ERROR-ACTIVE", bittiming: { bitrate: 1_000_000 }, data_bittiming: { bitrate: 5_000_000 } },
  },
};

test("a controller with its bit rates", () => {
  const expected = { isUp: true, fd: true, state: "active", bitRate: 1_000_000, dataBitRate: 5_000_000 };
  expect(canInterfaceOf(JSON.stringify([controller]))).toEqual(expected);
});

test.each([
  ["ERROR-WARNING", "active"],
  ["ERROR-PASSIVE", "passive"],
  ["BUS-OFF", "bus-off"],
  ["STOPPED", "active"],
])("%s is %s", (said, state) => {
  const info_data = { ...controller.linkinfo.info_data, state: said };
  const link = { ...controller, flags: ["NOARP"], linkinfo: { info_data } };
  expect(canInterfaceOf(JSON.stringify([link]))).toMatchObject({ state, isUp: false });
});

test("a virtual one has neither state nor bit rates", () => {
  const expected = { isUp: true, fd: false, state: "active", bitRate: undefined, dataBitRate: undefined };
  expect(canInterfaceOf(JSON.stringify([{ flags: ["UP"], mtu: 16, linkinfo: { info_kind: "vcan" } }]))).toEqual(
    expected,
  );
  expect(canInterfaceOf("[]")).toBeUndefined();
});

test("one that is not there is neither read nor up", async () => {
  expect(readCanInterface("nobody0")).toBeUndefined();
  expect(await lookAtCanInterface("nobody0")).toBeUndefined();
  expect(isInterfaceUp("nobody0")).toBe(false);
});
