import { expect, test } from "vitest";
import { rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import { exampleRack } from "./example-rack.ts";

test("what a file leaves out has a default", () => {
  const rack = rackSchema.parse(exampleRack());
  expect(rack).toMatchObject({
    name: "tandem",
    networkIndicator: "national",
    bus: { frames: "fd", bitRate: 1_000_000, dataBitRate: 5_000_000, paced: false },
    heartbeat: { primaryMillis: 5, othersMillis: 20, missesToDeath: 3 },
    timersMillis: {},
  });
  expect(rack.exchanges[0].associations[0]).toMatchObject({ role: "ipsp-server", heartbeatMillis: 5000 });
  expect(rack.gateways[0]).toMatchObject({ profile: "trunk-circuits", domain: "gw", port: 2427 });
  expect(rack.gateways[0].callAgents[0].port).toBe(2727);
  expect(rack.trunkGroups[0]).toMatchObject({ direction: "both-way", selection: "least-recently-used" });
  expect(rack.routes[0]).toMatchObject({ remove: 0, insert: "" });
});

test.each([
  [1, 1],
  [16_383, 16_383],
  ["0-0-1", 1],
  ["1-1-1", 2057],
  ["2-17-5", 2 * 2048 + 17 * 8 + 5],
  ["7-255-7", 16_383],
  ["0-0-0", undefined],
  ["8-0-0", undefined],
  ["0-256-0", undefined],
  ["0-0-8", undefined],
  ["1-1", undefined],
  ["1.1.1", undefined],
  [0, undefined],
  [16_384, undefined],
  [1.5, undefined],
])("point code %s is %s", (written, pointCode) => {
  const parsed = rackSchema.safeParse({ ...exampleRack(), pointCode: written });
  expect(parsed.data?.pointCode).toBe(pointCode);
});

test("timers of the standard may be changed, others are not known", () => {
  const timersOf = (timersMillis: unknown) =>
    rackSchema.safeParse({ ...exampleRack(), timersMillis }).data?.timersMillis;
  expect(timersOf({ T7: 25_000 })).toEqual({ T7: 25_000 });
  for (const wrong of [{ T77: 1 }, { toString: 1 }, { T7: 0 }, { T7: 0.5 }]) expect(timersOf(wrong)).toBeUndefined();
});

test("figures are told nowhere unless rack.yaml says where; every slot has a port", () => {
  const metricsOf = (metrics: unknown) => rackSchema.safeParse({ ...exampleRack(), metrics });
  expect(rackSchema.parse(exampleRack()).metrics).toBeUndefined();
  expect(metricsOf({ address: "10.0.0.1", port: 65_472 }).data?.metrics).toEqual({ address: "10.0.0.1", port: 65_472 });
  const wrong = [{}, true, { port: 9400 }, { address: "here", port: 9400 }, { address: "10.0.0.1", port: 65_473 }];
  for (const each of wrong) expect(metricsOf(each).success).toBe(false);
});
