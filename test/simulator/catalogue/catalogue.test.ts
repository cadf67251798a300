import { expect, test } from "vitest";
import { catalogue } from "./catalogue.ts";
import { redundantRack, smallRack } from "../one-call.ts";
import { runScenario } from "./scenario-run.ts";
import { disturbances } from "./disturbances.ts";
import { named, reportText, sweep, sweepCatalogue } from "./sweep.ts";

/** Of each disturbance; they take turns, so that every frame has its share. The whole of it is `npm run catalogue`. */
const thinning = { every: 2, everyOfTwo: 8 };

const racks = { "one LIM": smallRack, "two LIMs": redundantRack };

test.each(
  Object.entries(racks).flatMap(([rack, configuration]) =>
    catalogue.map((scenario) => ({ rack, name: scenario.name, configuration, scenario })),
  ),
)("undisturbed, $rack: $name", ({ configuration, scenario }) => {
  const { outcome, failures, story } = runScenario(scenario, configuration);
  expect(failures, story.join("\n")).toEqual([]);
  expect(outcome).toMatchObject({ connected: [], callsLeft: [""], agreed: true, primaries: 1 });
  expect(outcome.circuitsLeft).toEqual([(scenario.left ?? []).join("; ")]);
  const records = outcome.records.map((list) =>
    list.split("; ").map((record) => record.split(" ").slice(0, 2).join(" ")),
  );
  expect(records).toEqual([scenario.records.length > 0 ? scenario.records : [""]]);
});

test("disturbed at frame after frame: the same outcome for everybody", { timeout: 1_800_000 }, async () => {
  const report = await sweepCatalogue(thinning);
  console.log(reportText(report, thinning));
  expect(report.failures).toEqual([]);
  expect(report.runs).toBeGreaterThan(10_000);
});

test.each(["primary pulled before", "primary deaf"])("negative control: without pending inputs, %s fails", (name) => {
  const everyday = named(catalogue, "answered, released by the calling side");
  const { failures } = sweep(everyday, named(disturbances, name), {}, { withoutRules: ["pending-inputs"] });
  expect(failures).not.toEqual([]);
});

test.each(["lim 2 of two pulled inside", "transporter 5 of two pulled inside"])(
  "negative control: where nothing may be otherwise, %s fails",
  (name) => {
    const everyday = named(catalogue, "answered, released by the calling side");
    const strict = { ...named(disturbances, name), mayDeviate: [] };
    expect(sweep(everyday, strict).failures).not.toEqual([]);
  },
);
