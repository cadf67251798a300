import { expect, test } from "vitest";
import { WatchdogFeeding } from "../../../firmware/card/watchdog-feeding.ts";

const well = { overdueMicros: 12_000, hung: false };

test("a card whose two processors make progress is fed, and nothing is said", () => {
  const feeding = new WatchdogFeeding();
  expect(feeding.look(well)).toEqual({ feeds: true });
  expect(feeding.look({ overdueMicros: 999_999, hung: false })).toEqual({ feeds: true });
});

test("not while its application hangs, which is said once, and so is the end of it", () => {
  const feeding = new WatchdogFeeding();
  const hanging = { overdueMicros: 0, hung: true };
  const news = "the watchdog is not fed any more: the application hangs";
  expect(feeding.look(hanging)).toEqual({ feeds: false, news });
  expect(feeding.look(hanging)).toEqual({ feeds: false });
  expect(feeding.look(well)).toEqual({ feeds: true, news: "the watchdog is fed again" });
  expect(feeding.look(well)).toEqual({ feeds: true });
});

test("not while its communication processor leaves undone what is due", () => {
  const feeding = new WatchdogFeeding();
  const news = "the watchdog is not fed any more: the communication processor does nothing";
  expect(feeding.look({ overdueMicros: 1_000_000, hung: false })).toEqual({ feeds: false, news });
});
