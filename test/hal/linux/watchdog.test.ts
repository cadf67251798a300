import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DeviceCalls, linuxDeviceCalls } from "../../../hal/linux/device-calls.ts";
import { openLinuxWatchdog } from "../../../hal/linux/watchdog.ts";

let folder = "";
let device = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watchdog-"));
  device = join(folder, "watchdog");
  writeFileSync(device, "");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A driver that takes times up to a minute, on a file that keeps what is written. */
function driver(asked: unknown[]): DeviceCalls {
  return {
    ...linuxDeviceCalls("a test"),
    control: (_, request, argument) => {
      const view = new DataView(argument.buffer);
      // _IOWR('W', 6, int) of linux/watchdog.h.
      asked.push([request.toString(16), view.getInt32(0, true)]);
      view.setInt32(0, Math.min(view.getInt32(0, true), 60), true);
      return undefined;
    },
  };
}

test("is told its time, fed, and disarmed by a V when it is closed on purpose", () => {
  const asked: unknown[] = [];
  const watchdog = openLinuxWatchdog(device, 15, driver(asked));
  expect([watchdog.timeProblem, asked]).toEqual([undefined, [["c0045706", 15]]]);
  expect([watchdog.feed(), watchdog.feed()]).toEqual([undefined, undefined]);
  expect(readFileSync(device, "latin1")).toBe("\0\0");
  watchdog.disarm();
  watchdog.disarm();
  // Food after the V would arm it again.
  expect(watchdog.feed()).toBeUndefined();
  expect(readFileSync(device, "latin1")).toBe("\0\0V");
});

test("that takes another time than it is told says so", () => {
  const watchdog = openLinuxWatchdog(device, 90, driver([]));
  expect(watchdog.timeProblem).toBe("it takes 60 s for 90 s");
  const refusing = { ...driver([]), control: () => "EINVAL" };
  expect(openLinuxWatchdog(device, 15, refusing).timeProblem).toBe("it does not take 15 s (EINVAL)");
});

test("that is not there, or somebody else's, is refused in a sentence", () => {
  const missing = join(folder, "none");
  expect(() => openLinuxWatchdog(missing, 15)).toThrow(`the watchdog ${missing} cannot be opened: there is none`);
  const taken = { ...driver([]), open: () => "EBUSY" };
  expect(() => openLinuxWatchdog(device, 15, taken)).toThrow(
    `the watchdog ${device} cannot be opened: something else feeds it`,
  );
});

test.each([
  ["1\n", true],
  ["0\n", false],
])("that the kernel says to be unstoppable by %j", (told, runsForGood) => {
  mkdirSync(join(folder, "class/watchdog"), { recursive: true });
  writeFileSync(join(folder, "class/watchdog/nowayout"), told);
  // The second name of the first.
  symlinkSync("watchdog", join(folder, "class/watchdog0"));
  expect(openLinuxWatchdog(device, 15, driver([]), join(folder, "class")).runsForGood).toBe(runsForGood);
  expect(openLinuxWatchdog(device, 15, driver([]), join(folder, "none")).runsForGood).toBe(false);
});

test("that cannot be fed says why", () => {
  const broken = { ...driver([]), write: () => "ENODEV" };
  expect(openLinuxWatchdog(device, 15, broken).feed()).toBe("ENODEV");
});
