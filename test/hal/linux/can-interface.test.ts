import { expect, test } from "vitest";
import {
  canInterfaceNamed,
  canInterfaceOf,
  canInterfaceText,
  faultOfInterface,
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
  const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
  const expected = { isUp: true, hasController: true, fd: true, state: "active", ...rates };
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
  const rates = { bitRate: undefined, dataBitRate: undefined };
  const expected = { isUp: true, hasController: false, fd: false, state: "active", ...rates };
  expect(canInterfaceOf(JSON.stringify([{ flags: ["UP"], mtu: 16, linkinfo: { info_kind: "vcan" } }]))).toEqual(
    expected,
  );
  expect(canInterfaceOf("[]")).toBeUndefined();
});

test("one that is not there is not read", async () => {
  expect(readCanInterface({ interface: "nobody0" })).toBeUndefined();
  expect(await lookAtCanInterface({ interface: "nobody0", namespace: "nowhere" })).toBeUndefined();
});

test.each([["can0"], ["can0@slot-3"]])("%s is read and written", (text) => {
  expect(canInterfaceText(canInterfaceNamed(text))).toBe(text);
});

test("what keeps a card from using an interface", () => {
  const name = { interface: "can0", namespace: "slot-3" };
  const link = canInterfaceOf(JSON.stringify([controller]));
  const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
  expect(faultOfInterface(name, undefined, rates)).toBe("there is no CAN interface can0@slot-3");
  expect(faultOfInterface(name, link && { ...link, isUp: false }, rates)).toBe("the CAN interface can0@slot-3 is down");
  expect(faultOfInterface(name, link, { ...rates, bitRate: 500_000 })).toBe(
    "can0@slot-3 runs at 1000000 bit/s, and the rack at 500000",
  );
  expect(faultOfInterface(name, link, { ...rates, dataBitRate: 2_000_000 })).toBe(
    "can0@slot-3 runs at 5000000 bit/s in the data phase, and the rack at 2000000",
  );
  expect(faultOfInterface(name, link && { ...link, fd: false }, rates)).toBe(
    "can0@slot-3 carries classic frames only, and the rack has FD frames",
  );
  expect(faultOfInterface(name, link, rates)).toBeUndefined();
  expect(faultOfInterface(name, link, { bitRate: 1_000_000 })).toBeUndefined();
});
