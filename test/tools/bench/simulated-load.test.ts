import { expect, it } from "vitest";
import { checkConfiguration } from "../../../firmware/configuration/check.ts";
import {
  bringIntoService,
  countCalls,
  endCalls,
  offerCalls,
  withSixCards,
} from "../../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

const { configuration } = readConfiguration("boards/simulated/rack.yaml");

it("a rack of four cards gets a LIM and a transporter that stand by", () => {
  const full = withSixCards(configuration);
  expect(full.cards.map(({ slot, kind }) => [slot, kind]).slice(4)).toEqual([
    [5, "lim"],
    [6, "transporter"],
  ]);
  expect(checkConfiguration(full)).toEqual([]);
  expect(withSixCards(full)).toEqual(full);
});

it("calls are offered, end, and are counted", () => {
  const trunkGroups = configuration.trunkGroups.map((group) => ({ ...group, lastCic: 40 }));
  const rack = new SimulatedRack({ ...withSixCards(configuration), trunkGroups });
  bringIntoService(rack);
  offerCalls(rack, 20);
  rack.run(450);
  endCalls(rack);
  expect(countCalls(rack)).toEqual({ attempted: 10, lost: 0 });
});
