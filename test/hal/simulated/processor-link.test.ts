import { expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { simulatedProcessorLink } from "../../../hal/simulated/processor-link.ts";
import { noted, numbered, processorLinkContract } from "../../contract/processor-link.ts";

processorLinkContract("simulated", (ringOctets) => {
  const clock = new VirtualClock();
  const { application, communication } = simulatedProcessorLink(clock, { ringOctets });
  return {
    application,
    communication,
    passUntil: async (condition) => {
      while (!condition()) if (!clock.step()) throw new Error("nothing will happen any more");
    },
    settle: async () => {
      while (clock.step());
    },
    close: () => {},
  };
});

test("a message takes the latency of the link", () => {
  const clock = new VirtualClock();
  const { application, communication } = simulatedProcessorLink(clock, { latencyMicros: 25 });
  const arrivals: number[] = [];
  communication.listen({ ...noted(), message: () => arrivals.push(clock.nowMicros()) });
  clock.run(100);
  application.send(numbered(1, 8));
  clock.run(1000);
  expect(arrivals).toEqual([125]);
});

test("a hung end takes nothing, its ring fills up, and its progress stands still", () => {
  const clock = new VirtualClock();
  const link = simulatedProcessorLink(clock, { ringOctets: 16_384 });
  const atApplication = noted();
  link.application.listen(atApplication);
  link.hang("application");
  let sent = 0;
  while (link.communication.send(numbered(sent, 100))) sent++;
  link.communication.nudge();
  clock.run(1_000_000);
  expect(atApplication.messages).toEqual([]);
  expect(atApplication.nudges).toBe(0);

  link.resume("application");
  clock.run(2_000_000);
  expect(atApplication.messages).toHaveLength(sent);
  expect(atApplication.nudges).toBe(1);
});
