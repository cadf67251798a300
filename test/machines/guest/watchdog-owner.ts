/** Feeds a watchdog of two seconds for five, and then stops: `disarm`s it and lives on, or `starve`s it. */
import { setTimeout as pause } from "node:timers/promises";
import { openLinuxWatchdog } from "../../../hal/linux/watchdog.ts";

// The guest's own watchdog, of which the host knows nothing, has the first names.
const watchdog = openLinuxWatchdog("/dev/watchdog1", 2);
console.log(`time: ${watchdog.timeProblem ?? "set"}`);
for (let times = 0; times < 10; times++) {
  const failure = watchdog.feed();
  if (failure !== undefined) throw new Error(failure);
  await pause(500);
}
console.log("fed for five seconds");
if (process.argv[2] === "disarm") watchdog.disarm();
await pause(process.argv[2] === "disarm" ? 5_000 : 60_000);
console.log("lives on");
