/** The power of a whole rack of processes fails with circuits blocked; and a call server whose disk, a real one, is full. */
import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardSlot } from "../../../tools/rack/card-slot.ts";
import { callDetailLines } from "../../../tools/rack/call-detail-check.ts";
import { RackUnderTest, type Site } from "../../interop/rack-under-test.ts";
import { ownAddress } from "../../own-address.ts";

const site: Site = {
  ...{ address: ownAddress, profile: "trunk-circuits", circuits: 30, voiceCallsMax: 0 },
  traffic: ["--ring", "100ms", "--hold", "300ms"],
};
const rack = new RackUnderTest(site, () => undefined);
const callServers = () => rack.rack.slots.filter(({ card }) => card.kind === "call-server");
const smallDisk = callServers()[0];
let isMounted = false;

beforeAll(async () => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", smallDisk.storage], { stdio: "ignore" });
    isMounted = true;
  } catch {
    // The test that needs it says so.
  }
  await rack.start();
});
afterAll(async () => {
  if (isMounted) execFileSync("umount", ["--lazy", smallDisk.storage]);
  await rack.stop();
});

async function operate(verb: "block" | "unblock", lastCic: number, blockedThen: number): Promise<void> {
  await rack.rack.perform({ action: verb, command: { verb, exchange: "west", firstCic: 1, lastCic } });
  const has = ({ application }: CardSlot) => application.circuitsLocallyBlocked === blockedThen;
  await rack.until(() => callServers().every(has), `${blockedThen} blocked circuits`);
}

/** Calls from the western exchange, all of which complete. @returns the CICs that they came on */
async function calls(count: number): Promise<ReadonlySet<number>> {
  const west = rack.exchange("west");
  const from = rack.taps.west.messages.length;
  await west.rate(20);
  await rack.until(() => cics(from).size >= count, `calls on ${count} circuits`);
  await west.rate(0);
  await rack.quiet();
  expect((await west.calls()).filter(({ outcome }) => outcome !== "completed")).toEqual([]);
  return cics(from);
}

function cics(from: number): ReadonlySet<number> {
  const messages = rack.taps.west.messages.slice(from);
  return new Set(messages.flatMap(({ isup }) => (isup?.type === "IAM" ? [isup.cic] : [])));
}

it("all cards are pulled and put back: what was blocked is said again, and stays out of use", {
  timeout: 120_000,
}, async () => {
  await operate("block", 4, 4);
  const areStored = () => callServers().every(({ application }) => application.blockingStates === "stored");
  await rack.until(areStored, "blocking states on both disks");
  const { slots } = rack.rack;
  const from = rack.taps.west.messages.length;
  for (const slot of slots) rack.pull(slot);
  await rack.until(() => slots.every(({ pid }) => pid === undefined), "the end of all cards");
  await Promise.all(slots.map((slot) => rack.rack.insert(slot)));
  await rack.redundant();
  await rack.until(() => rack.rack.primary?.application.circuitsInReset === 0, "the reset of the circuits");
  const said = () => rack.taps.west.messages.slice(from).map(({ from: sender, isup }) => `${sender} ${isup?.type}`);
  await rack.until(() => said().includes("exchange CGBA"), "the exchange's answer to the blocking");
  expect(said()).toContain("lim GRS");
  expect(said()).toContain("lim CGB");
  expect(rack.rack.primary?.application.circuitsLocallyBlocked).toBe(4);
  await rack.exchange("west").available();
  const taken = await calls(10);
  for (const cic of [1, 2, 3, 4]) expect(taken).not.toContain(cic);
  await operate("unblock", 4, 0);
});

it("a full disk: alarms, no call lost, and all records on it when there is room again", { timeout: 120_000 }, async ({
  skip,
}) => {
  if (!isMounted) skip("may not mount a small disk here");
  const ballast = join(smallDisk.storage, "ballast");
  const alarms = () => rack.log.filter((line) => line.startsWith(`alarm: slot ${smallDisk.number}: `));
  const before = callDetailLines(smallDisk.storage).length;
  const { bavail, bsize } = statfsSync(smallDisk.storage);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  await calls(12);
  await operate("block", 2, 2);
  const isTold = () => alarms().some((line) => line.includes("blocking states are not stored: the disk is full"));
  await rack.until(isTold, "an alarm of the disk");
  expect(alarms()).toContainEqual(expect.stringContaining("storage of cdr.jsonl fails: full"));
  const other = callServers().find((slot) => slot !== smallDisk);
  const whole = callDetailLines(other?.storage ?? "");
  expect(callDetailLines(smallDisk.storage).length).toBeLessThan(whole.length);
  rmSync(ballast);
  await rack.until(() => callDetailLines(smallDisk.storage).length >= whole.length, "the records that waited");
  const isOver = () => rack.log.some((line) => line.includes("blocking states are stored again"));
  await rack.until(isOver, "the end of the alarm");
  expect(callDetailLines(smallDisk.storage).length).toBeGreaterThan(before);
  expect(callDetailLines(smallDisk.storage)).toEqual(whole);
  await operate("unblock", 2, 0);
});
