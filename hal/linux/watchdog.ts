/** A watchdog device of the kernel, such as /dev/watchdog (linux/watchdog.h). */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Watchdog } from "../watchdog.ts";
import { type DeviceCalls, linuxDeviceCalls } from "./device-calls.ts";

export interface OpenedWatchdog extends Watchdog {
  /** A sentence where its time could not be set: it has the one that its driver began with. */
  readonly timeProblem: string | undefined;
  /** The kernel was told never to stop it: whoever stops the card has its machine restarted. False where the kernel does not tell. */
  readonly runsForGood: boolean;
}

/** WDIOC_SETTIMEOUT: seconds, 32 bits. The driver writes back what it took. */
export const setTimeoutRequest = 0xc0045706;
/** "Magic close": with this as the last that was written it stops when it is closed, unless the kernel was told never to (nowayout). */
const disarming = Uint8Array.of("V".charCodeAt(0));
const food = Uint8Array.of(0);

/** Opens it, which starts it. Throws a sentence where there is none, or somebody else has it. */
export function openLinuxWatchdog(
  device: string,
  timeoutSeconds: number,
  calls: DeviceCalls = linuxDeviceCalls("setting a watchdog's time"),
  classFolder = "/sys/class/watchdog",
): OpenedWatchdog {
  const descriptor = calls.open(device);
  if (typeof descriptor === "string") {
    throw new Error(`the watchdog ${device} cannot be opened: ${reasons[descriptor] ?? descriptor}`);
  }
  let isOpen = true;
  return {
    runsForGood: runsForGood(device, classFolder),
    timeProblem: setTime(calls, descriptor, timeoutSeconds),
    feed: () => (isOpen ? calls.write(descriptor, food) : undefined),
    disarm: () => {
      if (!isOpen) return;
      isOpen = false;
      calls.write(descriptor, disarming);
      calls.close(descriptor);
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  EBUSY: "something else feeds it",
  EACCES: "this needs root",
};

function runsForGood(device: string, classFolder: string): boolean {
  // The first of them has a second name, without its number.
  const name = basename(device) === "watchdog" ? "watchdog0" : basename(device);
  try {
    return readFileSync(join(classFolder, name, "nowayout"), "latin1").trim() === "1";
  } catch {
    return false;
  }
}

function setTime(calls: DeviceCalls, descriptor: number, seconds: number): string | undefined {
  const argument = new DataView(new ArrayBuffer(4));
  argument.setInt32(0, seconds, true);
  try {
    const error = calls.control(descriptor, setTimeoutRequest, new Uint8Array(argument.buffer));
    if (error !== undefined) return `it does not take ${seconds} s (${error})`;
    const taken = argument.getInt32(0, true);
    return taken === seconds ? undefined : `it takes ${taken} s for ${seconds} s`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
