import { expect, it } from "vitest";
import { rehearse } from "../../../tools/card/rehearsal.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

it("a call server has seen calls and a takeover before it goes into service", () => {
  const { configuration } = readConfiguration("boards/simulated/rack.yaml");
  const { callsAnswered, takenOver } = rehearse(configuration);
  expect(callsAnswered).toBeGreaterThan(50);
  expect(takenOver).toBe(true);
});
