import { expect, it } from "vitest";
import { rehearse } from "../../../tools/card/rehearsal.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

it.each([
  ["rack", 1],
  ["two-groups", 1],
  ["two-groups", 2],
])("a call server of %s, group %i, has seen calls and a takeover before it goes into service", (name, group) => {
  const { configuration } = readConfiguration(`boards/simulated/${name}.yaml`);
  const { callsAnswered, takenOver } = rehearse(configuration, group);
  expect(callsAnswered).toBeGreaterThan(50);
  expect(takenOver).toBe(true);
});
