/** The primary of a rack of processes is unplugged right after each frame of commits of one call in turn. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { callDetailLines } from "../../../tools/rack/call-detail-check.ts";
import { exchangeNames, RackUnderTest, type Site } from "../../interop/rack-under-test.ts";
import { ownAddress } from "../../own-address.ts";

/** On classic CAN a commit takes several frames: most of these pulls leave one unfinished. */
const site: Site = {
  ...{ address: ownAddress, profile: "trunk-circuits", circuits: 30, voiceCallsMax: 0, traffic: [] },
  frames: "classic",
};
const plan = { ringMillis: 200, holdMillis: 200, voice: false };
/** A call has at least so many commits: IAM, ACM, ANM, REL, RLC twice, and the gateway's answers. */
const commitsMin = 8;

const rack = new RackUnderTest(site, () => undefined);
beforeAll(async () => await rack.start());
afterAll(async () => await rack.stop());

/** Makes one call, the primary unplugged after so many of its commits' frames. @returns whether it had so many */
async function callWithPullAt(frames: number): Promise<boolean> {
  const { primary } = rack;
  await rack.rack.pullAtCommit(primary, frames);
  await rack.exchange("west").call(plan);
  await rack.quiet();
  const wasPulled = primary.state === "pulled";
  const why = `frame ${frames}\n${rack.log.join("\n")}`;
  expect(await rack.exchange("west").calls(), why).toMatchObject([{ outcome: "completed", cause: 16 }]);
  if (wasPulled) await rack.insert(primary);
  else for (const plane of rack.rack.planes) await plane.disarm();
  return wasPulled;
}

it("after every frame: the call is answered and released as planned", { timeout: 300_000 }, async () => {
  let frames = 1;
  while (await callWithPullAt(frames)) frames++;
  const pulls = frames - 1;
  console.log(`pulled after each of ${pulls} frames of commits of one call: nothing lost`);
  expect(pulls).toBeGreaterThan(commitsMin);

  for (const name of exchangeNames) {
    const statistics = await rack.exchange(name).statistics();
    expect(statistics).toMatchObject({
      unplanned: 0,
      lost: { setup: 0, stable: 0 },
      circuitsLeaked: 0,
      unexpected: {},
    });
    expect(statistics.incoming.completed).toBe(statistics.incoming.received);
  }
  const [gateway] = rack.rack.surroundings.gateways;
  expect((await gateway.snapshot()).connections).toEqual([]);
  const records = rack.rack.slots
    .filter(({ card }) => card.kind === "call-server")
    .map(({ storage }) => callDetailLines(storage).map((line) => JSON.stringify(JSON.parse(line).calling)));
  expect(new Set(records[0]).size).toBe(frames);
  expect(records[0]).toHaveLength(frames);
  expect(records[1].toSorted()).toEqual(records[0].toSorted());
});
