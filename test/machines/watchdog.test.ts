/** The watchdog on a real driver of the kernel (softdog): when it bites, the machine is gone. */
import { expect, test } from "vitest";
import { type GuestRun, runInGuest } from "./uml/machine.ts";

const module = "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/watchdog/softdog.ko";

/** @param nowayout 1: as Debian builds this kernel's modules. Nothing stops the watchdog then. */
function own(how: "disarm" | "starve", nowayout: 0 | 1): Promise<GuestRun> {
  const owner = `node_modules/.bin/node test/machines/guest/watchdog-owner.ts ${how}`;
  return runInGuest(`busybox insmod ${module} nowayout=${nowayout} && cd $REPOSITORY && ${owner}`, 50_000);
}

test("fed, the machine lives; disarmed, nobody needs to feed it", async () => {
  const { output, exitCode } = await own("disarm", 0);
  expect(output).toContain("time: set");
  expect(output).toContain("lives on");
  expect(exitCode).toBe(0);
});

test("no longer fed, it restarts the machine within the time that it was told, though its own would be a minute", async () => {
  const began = Date.now();
  const { output, exitCode } = await own("starve", 1);
  expect(output).toContain("fed for five seconds");
  expect(output).not.toContain("lives on");
  // Not ended by the test: the machine went by itself.
  expect(output).not.toContain("ended after");
  expect(exitCode).toBeUndefined();
  expect(Date.now() - began).toBeLessThan(40_000);
});
