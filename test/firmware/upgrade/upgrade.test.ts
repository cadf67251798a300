/** One card gives another firmware to others, over a bus that loses records; whatever goes wrong, the card runs on. */
import { describe, expect, test } from "vitest";
import { RackUpgrade, type RackUpgradeProgress } from "../../../firmware/upgrade/rack-upgrade.ts";
import { upgradeMachine } from "../../../firmware/upgrade/upgrade-machine.ts";
import {
  decodeRequest,
  decodeStatus,
  digestOctets,
  encodeStatus,
  fetchOctetsMax,
  offerOf,
} from "../../../firmware/upgrade/upgrade-records.ts";
import { upgradeStates } from "../../../firmware/upgrade/upgrade-states.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { Medium, usually } from "../backplane/enquiry-medium.ts";
import { type BootedCard, boot, bundleSource, flashOf, oldVersion } from "./upgradable-card.ts";

const newVersion = "2.0.0";
const octets = 40_000;
/** How long a card takes to leave, to restart, and to come into service. */
const [leaveMillis, restartMillis, serveMillis] = [30, 800, 400];

/** Cards in the slots 1 and 2; the one in slot 1 has the bundle. */
function rack({ serves = () => true as boolean, fate = () => usually as readonly number[] } = {}) {
  const medium = new Medium([1, 2], () => fate());
  const { clock } = medium;
  const flashes = new Map([1, 2].map((slot) => [slot, flashOf(clock)]));
  const flash = (slot: number) => flashes.get(slot) ?? flashOf(clock);
  const booted = new Map<number, BootedCard>();
  const log: string[] = [];
  const later = (millis: number, work: () => void) => clock.at(clock.nowMicros() + 1_000 * millis, work);
  const start = (slot: number) => {
    const card = medium.card(slot);
    const whileIn = (millis: number, work: () => void) => later(millis, () => card.work(work));
    const one = boot(flash(slot), clock, card.desk, {
      leave: (left) => whileIn(leaveMillis, left),
      restart: () => restart(slot),
      log: (severity, text) => log.push(`slot ${slot} ${severity}: ${text}`),
    });
    booted.set(slot, one);
    whileIn(serveMillis, () => {
      if (serves()) one.taker.served();
    });
  };
  const restart = (slot: number) => {
    medium.pull(slot);
    later(restartMillis, () => {
      medium.return(slot);
      start(slot);
    });
  };
  for (const slot of [1, 2]) start(slot);
  const giver = booted.get(1)?.giver;
  if (giver === undefined) throw new Error("no card gives");
  const status = (slot: number) => booted.get(slot)?.taker.status;
  const progress: RackUpgradeProgress[] = [];
  const ends: unknown[] = [];
  const upgrade = (source = bundleSource(newVersion, octets), slots = [2], maySpare = () => true) => {
    giver.have(source);
    return new RackUpgrade({
      ...{ clock, giver, slots, version: source.bundle.version },
      ...{ maySpare, progress: (each) => progress.push(each), done: (failure) => ends.push(failure) },
    });
  };
  return {
    medium,
    flash,
    log,
    status,
    progress,
    ends,
    giver,
    restart,
    upgrade,
    run: (millis: number) => medium.run(millis),
  };
}

test("what is offered is fetched, verified, run on trial and kept; how far it is, is told", () => {
  const { upgrade, run, ends, status, progress, flash } = rack();
  upgrade();
  run(60_000);
  expect(ends).toEqual([undefined]);
  expect(status(2)).toMatchObject({ state: "settled", failure: "none", running: newVersion, isTrial: false });
  const held = progress.map(({ status: { held: now } }) => now);
  expect(held).toEqual([...held].sort((one, other) => one - other));
  expect(new Set(held).size).toBeGreaterThan(3);
  expect(flash(2).boot().running).toEqual({ version: newVersion, isTrial: false });
});

test("a card that runs it already is left as it is", () => {
  const { upgrade, run, ends, progress, flash } = rack();
  upgrade(bundleSource(oldVersion, octets));
  run(5_000);
  expect(ends).toEqual([undefined]);
  expect(progress).toHaveLength(1);
  expect(flash(2).boot().held()).toBeUndefined();
});

test("a card upgrades itself with what it holds itself", () => {
  const { upgrade, run, status } = rack();
  upgrade(undefined, [1]);
  run(10_000);
  expect(status(1)).toMatchObject({ state: "settled", running: newVersion });
});

test("a bundle that is not what its digest says is thrown away, and the card runs on", () => {
  const { upgrade, run, ends, status, log } = rack();
  upgrade(bundleSource(newVersion, octets, true));
  run(60_000);
  expect(ends).toEqual([{ slot: 2, reason: "digest" }]);
  expect(status(2)).toMatchObject({ state: "settled", running: oldVersion, bundle: undefined });
  expect(log).toContain("slot 2 alarm: upgrade to 2.0.0: what came is not what was offered");
});

test("what the memory spoils is noticed", () => {
  const { upgrade, run, ends, flash, status } = rack();
  upgrade();
  run(9_000);
  expect(status(2)?.held).toBeGreaterThan(0);
  flash(2).damage(77);
  run(60_000);
  expect(ends).toEqual([{ slot: 2, reason: "digest" }]);
});

test("a bundle for which there is no room", () => {
  const { upgrade, run, ends, flash } = rack();
  flash(2).capacityOctets = octets - 1;
  upgrade();
  run(60_000);
  expect(ends).toEqual([{ slot: 2, reason: "no-room" }]);
});

test("a version that does not come into service is rolled back", () => {
  let bootsOfNew = 0;
  const one = rack({ serves: () => one.status(2)?.running === oldVersion || ++bootsOfNew < 0 });
  one.upgrade();
  one.run(180_000);
  expect(bootsOfNew).toBe(1);
  expect(one.ends).toEqual([{ slot: 2, reason: "rolled-back" }]);
  expect(one.status(2)).toMatchObject({ state: "settled", running: oldVersion });
});

test("a version that restarts before it is kept is rolled back", () => {
  const { upgrade, run, ends, status, restart } = rack({ serves: () => false });
  upgrade();
  for (let waited = 0; status(2)?.state !== "trial" && waited < 600; waited++) run(100);
  expect(status(2)).toMatchObject({ running: newVersion, isTrial: true });
  restart(2);
  run(10_000);
  expect(ends).toEqual([{ slot: 2, reason: "rolled-back" }]);
  expect(status(2)).toMatchObject({ state: "settled", running: oldVersion });
});

describe("a card that restarts amid it goes on where it was", () => {
  test.each([2_000, 5_000, 9_000, 13_000, 16_000])("after %i ms", (millis) => {
    const { upgrade, run, ends, status, restart, medium } = rack();
    upgrade();
    run(millis);
    const { held = 0, state } = status(2) ?? {};
    restart(2);
    const saidBefore = medium.said.length;
    run(100_000);
    expect(ends).toEqual([undefined]);
    expect(status(2)).toMatchObject({ running: newVersion });
    const again = medium.said.slice(saidBefore).filter(({ slot, record }) => slot === 1 && record.kind === "piece");
    const octetsAgain = again.reduce((sum, { record }) => sum + ("octets" in record ? record.octets.length : 0), 0);
    // Of what was written nothing is fetched again.
    if (state === "fetching") expect(octetsAgain).toBeLessThan(octets - held + 2_000);
  });
});

test("a giver that is gone is waited for, and what was fetched stays", () => {
  const { upgrade, run, status, medium } = rack();
  upgrade();
  run(9_000);
  const held = status(2)?.held ?? 0;
  medium.pull(1);
  run(20_000);
  expect(status(2)?.state).toBe("interrupted");
  run(400_000);
  expect(status(2)).toMatchObject({ state: "settled", failure: "source", running: oldVersion });
  expect(status(2)?.held).toBeGreaterThanOrEqual(held);
});

test("a card that cannot be spared runs on with what it has, and a card that knows nothing of upgrades ends it", () => {
  const { upgrade, run, ends, status, medium } = rack();
  let isSpared = false;
  upgrade(undefined, [2, 3], () => isSpared);
  run(60_000);
  expect(status(2)).toMatchObject({ state: "staged", running: oldVersion });
  isSpared = true;
  medium.return(3);
  run(20_000);
  expect(status(2)).toMatchObject({ state: "settled", running: newVersion });
  expect(ends).toEqual([{ slot: 3, reason: "unable" }]);
});

test("a card that never answers is not waited for without end", () => {
  const { upgrade, run, ends, medium } = rack();
  upgrade();
  medium.pull(2);
  run(320_000);
  expect(ends).toEqual([{ slot: 2, reason: "silent" }]);
});

test("another bundle that is offered amid it takes its place", () => {
  const { upgrade, run, status } = rack();
  const first = upgrade();
  run(9_000);
  first.stop();
  upgrade(bundleSource("3.0.0", 8_000));
  run(60_000);
  expect(status(2)).toMatchObject({ state: "settled", running: "3.0.0" });
});

test.each([1, 2, 3, 4])("seed %i: a bus that loses one record in ten", (seed) => {
  const chance = seededEntropy(seed);
  const { upgrade, run, ends, status } = rack({ fate: () => (chance.integer(10) === 0 ? [] : usually) });
  upgrade();
  run(300_000);
  expect(ends).toEqual([undefined]);
  expect(status(2)).toMatchObject({ running: newVersion });
});

test("whatever the octets of a request or of a status, nothing throws", () => {
  const chance = seededEntropy(9);
  const offer = offerOf({ version: newVersion, octets, digest: new Uint8Array(digestOctets) });
  const status = encodeStatus({
    ...{ state: "fetching", failure: "none", running: oldVersion, isTrial: false, held: 7 },
    bundle: { version: newVersion, octets, digest: new Uint8Array(digestOctets) },
  });
  const { medium, run, status: ofCard } = rack();
  for (let turn = 0; turn < 3_000; turn++) {
    for (const known of [offer, status]) {
      const garbage = known.with(chance.integer(known.length), chance.integer(256));
      const cut = garbage.subarray(0, chance.integer(known.length + 1));
      decodeRequest(cut);
      decodeStatus(cut);
    }
  }
  for (const octetsOf of [new Uint8Array(0), Uint8Array.of(9), offer.subarray(0, 20), Uint8Array.of(0, 0, 0)]) {
    const answers: number[] = [];
    medium
      .card(1)
      .desk.enquire(2, 2, octetsOf, { answered: (part) => answers.push(part.length), failed: () => answers.push(-1) });
    run(1_000);
    expect(answers).toEqual([0]);
  }
  expect(ofCard(2)?.state).toBe("settled");
});

test("the whole table, for people to look at: every state can be left", () => {
  const rows = upgradeMachine.matrix();
  const left = new Set(rows.filter(({ next }) => next !== "=").map(({ state }) => state));
  // Who restarts is no more.
  expect(upgradeStates.filter((state) => !left.has(state))).toEqual(["restarting"]);
  expect(
    rows.map(({ state, event, next, actions }) => `${state} | ${event} | ${next} | ${actions}`),
  ).toMatchInlineSnapshot(`
    [
      "settled | offer | opening | note-source, open",
      "settled | receive | = | forget",
      "opening | written | fetching | fetch",
      "opening | written-whole | verifying | verify",
      "opening | refused | settled | fail-no-room",
      "opening | offer | = | note-source, open",
      "opening | offer-again | = | note-source",
      "fetching | written-whole | verifying | verify",
      "fetching | written | = | fetch",
      "fetching | lost | interrupted | ",
      "fetching | refused | settled | fail-no-room",
      "fetching | offer | opening | note-source, open",
      "fetching | offer-again | = | note-source",
      "interrupted | retry | fetching | fetch",
      "interrupted | given-up | settled | fail-source",
      "interrupted | offer | opening | note-source, open",
      "interrupted | offer-again | fetching | note-source, fetch",
      "interrupted | receive | settled | forget",
      "arming | refused | settled | fail-no-room",
      "arming | written | leaving | leave",
      "arming | unfit | settled | discard, fail-unfit",
      "verifying | genuine | staged | ",
      "verifying | spoiled | settled | discard, fail-digest",
      "verifying | offer | opening | note-source, open",
      "verifying | offer-again | = | note-source",
      "staged | offer | opening | note-source, open",
      "staged | offer-again | = | note-source",
      "staged | activate | arming | arm",
      "staged | receive | settled | forget",
      "leaving | left | restarting | restart",
      "trial | served | keeping | keep",
      "trial | late | restarting | fail-trial, restart",
      "keeping | written | settled | ",
      "keeping | refused | restarting | fail-trial, restart",
    ]
  `);
  expect(fetchOctetsMax).toBeLessThanOrEqual(65_536);
});
