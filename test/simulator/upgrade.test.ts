/** Cards are upgraded over the bus, one after the other, while calls are made: not one is lost. */
import { expect, test } from "vitest";
import { RackUpgrade, type RackUpgradeProgress } from "../../firmware/upgrade/rack-upgrade.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { bringIntoService, countCalls, endCalls, offerCalls, waitFor } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { type BootedCard, boot, bundleSource, flashOf, oldVersion } from "../firmware/upgrade/upgradable-card.ts";

const newVersion = "2.0.0";
const octets = 16_000;
/** How long a card takes to boot. */
const bootMillis = 500;
const callsPerSecond = 15;
const upgradeWithinMillis = 60_000;

/** On CAN FD, where a bundle is sooner there. */
function upgradableRack() {
  const { configuration } = readConfiguration("boards/simulated/redundant.yaml");
  const hasLeft = new Map<number, () => void>();
  const rack = new SimulatedRack(
    {
      ...configuration,
      bus: { ...configuration.bus, frames: "fd" },
      trunkGroups: configuration.trunkGroups.map((group) => ({ ...group, lastCic: 30 })),
    },
    {
      mix: { ringMicros: 50_000, holdMicros: 150_000 },
      watch: { milestone: ({ slot }, step) => void (step === "left" && hasLeft.get(slot)?.()) },
    },
  );
  const { clock } = rack;
  const flashes = new Map(rack.slots.map((slot) => [slot, flashOf(clock)]));
  const booted = new Map<number, BootedCard>();
  const pulled: number[] = [];
  const later = (millis: number, work: () => void) => clock.at(clock.nowMicros() + 1_000 * millis, work);
  const start = (slot: number) => {
    const card = rack.card(slot);
    const flash = flashes.get(slot) ?? flashOf(clock);
    const one = boot(flash, clock, card.management, {
      leave: (left) => {
        hasLeft.set(slot, left);
        card.leave();
      },
      restart: () => {
        hasLeft.delete(slot);
        rack.pull(slot);
        pulled.push(slot);
        later(bootMillis, () => {
          rack.insert(slot);
          start(slot);
        });
      },
      log: () => {},
    });
    booted.set(slot, one);
    const serve = () => {
      if (rack.card(slot) !== card || card.pulled) return;
      if (isInService(rack, slot)) one.taker.served();
      else later(20, serve);
    };
    serve();
  };
  for (const slot of rack.slots) start(slot);
  const running = () => rack.slots.map((slot) => booted.get(slot)?.taker.status.running);
  return { rack, booted, pulled, running };
}

function isInService(rack: SimulatedRack, slot: number): boolean {
  const { role, admitted } = rack.card(slot).communication.status();
  return role === "backup" || role === "primary" || admitted === true;
}

test("both call servers of a pair are upgraded one after the other beside calls, and no call is lost", () => {
  const { rack, booted, pulled, running } = upgradableRack();
  bringIntoService(rack);
  const [primary] = rack.primaries();
  const callServers = rack.slotsOf("call-server");
  const backup = callServers.find((slot) => slot !== primary) ?? primary;
  const [giving] = rack.slotsOf("transporter");
  const giver = booted.get(giving)?.giver;
  expect(running()).toEqual(rack.slots.map(() => oldVersion));
  offerCalls(rack, callsPerSecond);
  rack.run(1_000);
  const source = bundleSource(newVersion, octets);
  giver?.have(source);
  const progress: RackUpgradeProgress[] = [];
  const ends: unknown[] = [];
  const slots = [backup, primary];
  if (giver === undefined) throw new Error("nobody gives");
  new RackUpgrade({
    ...{ clock: rack.clock, giver, version: newVersion, slots },
    maySpare: (slot) => rack.slots.every((other) => other === slot || isInService(rack, other)),
    progress: (each) => progress.push(each),
    done: (failure) => ends.push(failure),
  });
  waitFor(rack, upgradeWithinMillis, "end of the upgrade", () => ends.length > 0);
  rack.run(1_000);
  endCalls(rack);
  expect(ends).toEqual([undefined]);
  expect(pulled).toEqual(slots);
  expect(running()).toEqual(rack.slots.map((slot) => (slots.includes(slot) ? newVersion : oldVersion)));
  const { attempted, lost } = countCalls(rack);
  expect(attempted).toBeGreaterThan(90);
  expect(lost).toBe(0);
  // The first call server is back and complete before the second leaves.
  const secondLeaves = progress.findIndex(({ slot, status }) => slot === primary && status.state === "arming");
  const firstSettled = progress.findIndex(({ slot, status }) => slot === backup && status.running === newVersion);
  expect(firstSettled).toBeGreaterThan(0);
  expect(secondLeaves === -1 || firstSettled < secondLeaves).toBe(true);
});
