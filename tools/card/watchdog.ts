/** The watchdog of a card, fed by the thread of its communication processor. */
import type { CommunicationRunner } from "../../firmware/card/communication-runner.ts";
import { feedIntervalMicros, WatchdogFeeding } from "../../firmware/card/watchdog-feeding.ts";
import { openLinuxWatchdog } from "../../hal/linux/watchdog.ts";

/** As a board has it (`boards/board.ts`). */
export interface WatchdogStart {
  readonly device: string;
  readonly timeoutSeconds: number;
}

type Log = (severity: "info" | "warning" | "alarm", text: string) => void;

/**
 * Opens the watchdog, and feeds it from now on. Where there is none, that is said and the card goes on.
 * @returns what is called when the card ends on purpose
 */
export function feedWatchdog(
  { device, timeoutSeconds }: WatchdogStart,
  runner: Pick<CommunicationRunner, "overdueMicros" | "status">,
  log: Log,
): () => void {
  try {
    const watchdog = openLinuxWatchdog(device, timeoutSeconds);
    if (watchdog.timeProblem !== undefined) log("warning", `the watchdog ${device}: ${watchdog.timeProblem}`);
    if (watchdog.runsForGood) {
      log("info", `the watchdog ${device} cannot be stopped (nowayout): once the card ends its machine restarts`);
    }
    const feeding = new WatchdogFeeding();
    let failure: string | undefined;
    const feed = () => {
      const { feeds, news } = feeding.look({
        overdueMicros: runner.overdueMicros(),
        hung: runner.status().hung === true,
      });
      if (news !== undefined) log(feeds ? "info" : "alarm", news);
      const error = feeds ? watchdog.feed() : undefined;
      if (error !== undefined && error !== failure) log("alarm", `the watchdog ${device} cannot be fed: ${error}`);
      failure = error;
    };
    feed();
    const timer = setInterval(feed, feedIntervalMicros / 1000);
    return () => {
      clearInterval(timer);
      watchdog.disarm();
    };
  } catch (error) {
    log("warning", `${error instanceof Error ? error.message : error}: nobody restarts this card when it hangs`);
    return () => undefined;
  }
}
