/** Cards are upgraded over the bus, one after the other, while calls are made: not one is lost. */
import { expect, test } from "vitest";
import { communicationStatus } from "../../firmware/card/card-status.ts";
import { UpgradeDesk } from "../../firmware/upgrade/upgrade-desk.ts";
import { bringIntoService, countCalls, endCalls, offerCalls, waitFor } from "../../tools/bench/simulated-load.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { bundleSource, flashOf, oldVersion } from "../firmware/upgrade/upgradable-card.ts";

const newVersion = "2.0.0";
const octets = 16_000;
/** How long a card takes to boot. */
const bootMillis = 500;
const callsPerSecond = 8;
const upgradeWithinMillis = 240_000;
const statusMillis = 200;

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
  const desks = new Map<number, UpgradeDesk>();
  const restarted: number[] = [];
  const alarms: string[] = [];
  const later = (millis: number, work: () => void) => clock.at(clock.nowMicros() + 1_000 * millis, work);
  const start = (slot: number) => {
    const card = rack.card(slot);
    const store = (flashes.get(slot) ?? flashOf(clock)).boot();
    const desk = new UpgradeDesk({
      ...{ clock, desk: card.management, store, slot, cards: configuration.cards },
      card: {
        leave: (left) => {
          hasLeft.set(slot, left);
          card.leave();
        },
        restart: () => {
          hasLeft.delete(slot);
          rack.pull(slot);
          restarted.push(slot);
          later(bootMillis, () => {
            rack.insert(slot);
            start(slot);
          });
        },
        log: (severity, text) => void (severity === "alarm" && alarms.push(`slot ${slot}: ${text}`)),
      },
    });
    desks.set(slot, desk);
    const tell = () => {
      if (rack.card(slot) !== card || card.pulled) return;
      const status = communicationStatus(card.communication.status());
      desk.communication(status);
      later(statusMillis, tell);
    };
    tell();
  };
  for (const slot of rack.slots) start(slot);
  const desk = (slot: number) => desks.get(slot) ?? expect.unreachable();
  /** As a PC does it at the console of a card. */
  const bring = (slot: number) => {
    const { bundle, read } = bundleSource(newVersion, octets);
    read(0, octets, (content) => {
      const received: unknown[] = [];
      const next = (at: number | string) => {
        received.push(at);
        if (typeof at === "number" && at < octets)
          desk(slot).append(content?.slice(at, at + 3072) ?? bundle.digest, next);
      };
      desk(slot).receive(bundle, next);
      waitFor(rack, 1_000, "the firmware", () => received.at(-1) === octets);
    });
  };
  const runs = (slot: number) =>
    desk(slot)
      .firmware()
      .find((each) => each.slot === slot)?.status?.running;
  return { rack, desk, bring, runs, restarted, alarms };
}

test("a card of every kind, and both call servers, are upgraded beside calls, and no call is lost", {
  timeout: 60_000,
}, () => {
  const { rack, desk, bring, runs, restarted, alarms } = upgradableRack();
  bringIntoService(rack);
  const [giving] = rack.slotsOf("transporter");
  const slots = [giving, rack.slotsOf("lim")[0], ...rack.slotsOf("call-server")];
  offerCalls(rack, callsPerSecond);
  rack.run(5_000);
  // Every card has told what it runs.
  expect(
    desk(giving)
      .firmware()
      .map(({ status }) => status?.running),
  ).toEqual(rack.slots.map(() => oldVersion));
  expect(desk(giving).give(slots, false)).toMatch(/there is no firmware here/);
  bring(giving);
  expect(desk(giving).give(slots, false)).toMatch(/^2\.0\.0 goes to slot .*: show upgrade/);
  expect(desk(giving).give([1], false)).toMatch(/cards are being upgraded/);
  waitFor(rack, upgradeWithinMillis, "end of the upgrade", () =>
    slots.every((slot) => runs(slot) === newVersion && !desk(slot).firmware()[slot - 1].status?.isTrial),
  );
  rack.run(5_000);
  endCalls(rack);
  expect(restarted).toEqual([...slots.slice(1), giving]);
  expect(alarms).toEqual([]);
  // And what they run now, they have told anew.
  expect(
    desk(giving)
      .firmware()
      .map(({ status }) => status?.running),
  ).toEqual(rack.slots.map((slot) => (slots.includes(slot) ? newVersion : oldVersion)));
  const { attempted, lost } = countCalls(rack);
  expect(attempted).toBeGreaterThan(90);
  expect(lost).toBe(0);
});
