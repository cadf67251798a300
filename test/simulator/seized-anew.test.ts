/** A call is given up while the gateway is still making its connection, and its circuit is seized anew at once. */
import { expect, test } from "vitest";
import { catalogue } from "./catalogue/catalogue.ts";
import { disturbances } from "./catalogue/disturbances.ts";
import { runScenario } from "./catalogue/scenario-run.ts";
import { named, sweep } from "./catalogue/sweep.ts";
import { redundantRack, smallRack } from "./one-call.ts";

const scenario = named(catalogue, "abandoned at once and made again, the gateway still at work");

test.each([
  ["one of each", smallRack],
  ["two of each card", redundantRack],
])("with %s: the gateway makes, removes and makes, and refuses nothing", (_, configuration) => {
  const { outcome, failures, story } = runScenario(scenario, configuration);
  expect(failures, story.join("\n")).toEqual([]);
  expect(outcome).toMatchObject({ refused: [], connected: [], callsLeft: [""] });
  expect(outcome.commands).toEqual({
    "west/2": ["CRCX west/2 east/1", "DLCX west/2", "CRCX west/2 east/3", "MDCX west/2", "DLCX west/2"],
    "east/1": ["DLCX east/1"],
    "east/3": ["DLCX east/3"],
  });
});

test.each([
  "primary pulled before",
  "primary pulled inside",
  "primary pulled after",
  "transporter 5 of two pulled inside",
])("%s, at every frame: the same", (name) => {
  const { runs, failures } = sweep(scenario, named(disturbances, name));
  expect(failures).toEqual([]);
  expect(runs).toBeGreaterThan(100);
});
