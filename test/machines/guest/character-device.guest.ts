/** The part in C: what a descriptor is waited for and asked with, on what every kernel has. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DeviceCalls, linuxDeviceCalls } from "../../../hal/linux/device-calls.ts";
import { requestGpioLine } from "../../../hal/linux/gpio-line.ts";
import { expectThreadsToEnd } from "./ended-threads.ts";

let folder = "";
let calls: DeviceCalls;
let descriptor = -1;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "device-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  calls = linuxDeviceCalls("a test");
  descriptor = calls.open(path) as number;
});
afterEach(() => {
  calls.close(descriptor);
  rmSync(folder, { recursive: true });
});

test("a descriptor that can be read is told as long as there is something, and not when nobody watches", async () => {
  const into = new Uint8Array(4);
  expect(calls.read(descriptor, into)).toBe(0);
  let told = 0;
  const unwatch = calls.watch(descriptor, () => {
    told++;
    calls.read(descriptor, into);
  });
  if (typeof unwatch === "string") throw new Error(unwatch);
  calls.write(descriptor, Uint8Array.of(1, 2, 3, 4, 5, 6));
  await expect.poll(() => told).toBe(2);
  expect([...into]).toEqual([5, 6, 3, 4]);
  unwatch();
  calls.write(descriptor, Uint8Array.of(7));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told).toBe(2);
});

test("a thread that ends while it watches ends as any other, and so does its process", () => {
  expectThreadsToEnd("pipe");
});

test("an ioctl answers in place, and its errors have names", () => {
  const waiting = new Uint8Array(4);
  calls.write(descriptor, Uint8Array.of(1, 2, 3));
  // FIONREAD of asm-generic/ioctls.h, whose number tells no length.
  expect(calls.control(descriptor, 0x541b, waiting)).toBeUndefined();
  expect([...waiting]).toEqual([3, 0, 0, 0]);
  // Of 592 octets: the kernel is not given less.
  expect(calls.control(descriptor, 0xc250b407, waiting)).toBe("EINVAL");
  expect(calls.control(descriptor, 0xc250b407, new Uint8Array(592))).toBe("ENOTTY");
});

test("what cannot be polled is told by name", () => {
  const file = calls.open("/dev/null") as number;
  calls.close(file);
  expect(calls.watch(file, () => undefined)).toBe("EBADF");
});

test("a device that is no GPIO chip is refused in a sentence", () => {
  expect(() => requestGpioLine(calls, { chip: "/dev/null", line: 3, activeLow: false }, "output")).toThrow(
    "line 3 of the GPIO chip /dev/null cannot be had: ENOTTY",
  );
});
