/** An input that kills the application of whoever works on it, on a rack of processes: one call, one switchover, never both cards. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { failOverVariable } from "../../../tools/card/failing-application.ts";
import { encodeSignal } from "../../../tools/exchange/signal.ts";
import { RackUnderTest, type Site } from "../../interop/rack-under-test.ts";
import { ownAddress } from "../../own-address.ts";

const site: Site = {
  ...{ address: ownAddress, profile: "trunk-circuits", circuits: 60, voiceCallsMax: 0 },
  traffic: ["--ring", "300ms", "--hold", "500ms"],
};
const callsPerSecond = 10;
/** Places in the sequence of calls of the western exchange, far enough apart for the card that fails by the one before to come back. */
const poisonedCalls = [
  { how: "assertion", call: 20 },
  { how: "exception", call: 90 },
  { how: "loop", call: 160 },
  { how: "memory", call: 320 },
] as const;

const rack = new RackUnderTest(site, () => undefined);
const callingOf = (call: number) => `0205800${String(call).padStart(6, "0")}`;

/** The octets of the calling party number in an IAM: its digits, two to an octet. */
function digitsOf(calling: string): string {
  const padded = calling.length % 2 === 0 ? calling : `${calling}0`;
  return (padded.match(/../g) ?? []).map(([one, other]) => other + one).join("");
}

beforeAll(async () => {
  process.env[failOverVariable] = poisonedCalls.map(({ how, call }) => `${how}:${digitsOf(callingOf(call))}`).join(",");
  await rack.start();
});
afterAll(async () => {
  delete process.env[failOverVariable];
  await rack.stop();
});

it("the octets that poison an IAM are in it", () => {
  const iam = encodeSignal({ type: "IAM", cic: 1, called: "21", calling: callingOf(20) });
  expect(Buffer.from(iam).toString("hex")).toContain(digitsOf(callingOf(20)));
});

it("assertion, exception, endless loop, memory: one call each", { timeout: 300_000 }, async () => {
  const west = rack.exchange("west");
  await west.rate(callsPerSecond);
  for (const { how, call } of poisonedCalls) {
    const { primary } = rack;
    const before = rack.rack.switchovers.all.length;
    await rack.until(() => rack.rack.switchovers.all.length > before, `the failure by ${how} (call ${call})`);
    // A card that hangs for good ends after ten seconds, one that dies of it at once: put back, it is backup.
    await rack.until(() => primary.state === "failed", `the end of the card that fails by ${how}`);
    await rack.insert(primary);
  }
  await west.rate(0);
  await rack.quiet();
  const discarded = rack.log.filter((line) => line.includes("has ended the last primary"));
  expect(discarded, rack.log.join("\n")).toHaveLength(poisonedCalls.length);

  const calls = await west.calls();
  const poisoned = new Set(poisonedCalls.map(({ call }) => callingOf(call)));
  const others = calls.filter(({ outcome, calling }) => outcome !== "completed" && !poisoned.has(calling));
  expect(others).toEqual([]);
  const lost = calls.filter(({ outcome }) => outcome !== "completed");
  expect(lost.map(({ calling }) => calling)).toEqual([...poisoned]);
  expect(rack.rack.switchovers.all).toHaveLength(poisonedCalls.length);
  expect(rack.rack.cardsFailed).toBe(poisonedCalls.length);
  const statistics = await west.statistics();
  expect(statistics).toMatchObject({ circuitsLeaked: 0, lost: { setup: poisonedCalls.length, stable: 0 } });
});
