/** The whole rack drives a real media gateway, and the primary is pulled at the moments that matter to the voice. */
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { CardSlot } from "../../tools/rack/card-slot.ts";
import { peerTest, peerVerdict } from "./peer.ts";
import { exchangeNames } from "./rack-under-test.ts";
import { type EndedCall, type Passing, RackWithOsmoMgw } from "./rack-with-osmo-mgw.ts";

/** A conversation has sixty each way, but a busy host speaks less often. */
const packetsMin = 6;
/** Packet at which a conversation is well under way. */
const packetInConversation = 3;

interface Moment {
  readonly name: string;
  /** The card is gone before this is passed on, or right after. */
  readonly pull: "before" | "after";
  readonly at: (passing: Passing) => boolean;
}

const moments: readonly Moment[] = [
  {
    name: "between CRCX and MDCX: the gateway has connected the call, the call servers do not know it yet",
    pull: "before",
    at: (passing) => passing.kind === "answer" && passing.verb === "CRCX" && passing.connections === 2,
  },
  {
    name: "between CRCX and MDCX: it rings",
    pull: "after",
    at: (passing) => passing.kind === "isup" && passing.type === "ACM" && passing.from === "lim",
  },
  {
    name: "between CRCX and MDCX: the answer arrives",
    pull: "before",
    at: (passing) => passing.kind === "isup" && passing.type === "ANM" && passing.from === "exchange",
  },
  {
    name: "while the gateway carries out MDCX",
    pull: "before",
    at: (passing) => passing.kind === "command" && passing.verb === "MDCX",
  },
  {
    name: "in conversation",
    pull: "after",
    at: isInConversation,
  },
  {
    name: "before DLCX: the REL arrives",
    pull: "before",
    at: (passing) => passing.kind === "isup" && passing.type === "REL" && passing.from === "exchange",
  },
  {
    name: "before DLCX: the REL has arrived",
    pull: "after",
    at: (passing) => passing.kind === "isup" && passing.type === "REL" && passing.from === "exchange",
  },
  {
    name: "while the gateway carries out DLCX",
    pull: "before",
    at: (passing) => passing.kind === "command" && passing.verb === "DLCX",
  },
];

describe("a real osmo-mgw behind a whole rack", () => {
  let started: RackWithOsmoMgw | undefined;
  beforeAll(async () => {
    if (peerVerdict("osmo-mgw") !== "run") return;
    started = new RackWithOsmoMgw();
    await started.start();
  });
  afterAll(async () => await started?.stop());

  const theRack = (): RackWithOsmoMgw => {
    if (started === undefined) throw new Error("the rack was not started");
    return started;
  };

  peerTest("undisturbed: voice in both directions, and the gateway is empty afterwards", "osmo-mgw", async () => {
    const rack = theRack();
    let connections: Promise<readonly string[]> | undefined;
    rack.onPassing = (passing) => {
      if (isInConversation(passing)) connections ??= rack.osmo.connections();
    };
    const calls = await rack.makeCalls();
    expectNormalCalls(rack, calls);
    expect((await connections)?.length).toBeGreaterThanOrEqual(2);
    await expectCleanExchanges(rack);
    await expectEmptyGateway(rack);
  });

  describe("the primary is pulled", () => {
    for (const { name, pull, at } of moments) {
      peerTest(name, "osmo-mgw", async () => {
        const rack = theRack();
        const { underTest } = rack;
        const { switchovers } = underTest.rack;
        const pulls = (): number => switchovers.all.filter(({ cause }) => cause === "pull").length;
        const pullsBefore = pulls();
        let pulled: CardSlot | undefined;
        rack.onPassing = (passing) => {
          if (pulled !== undefined || !at(passing)) return;
          const { primary } = underTest;
          pulled = primary;
          if (pull === "before") underTest.pull(primary);
          else setImmediate(() => underTest.pull(primary));
        };
        await underTest.redundant();
        const calls = await rack.makeCalls();
        if (pulled === undefined) throw new Error("the moment never came");
        try {
          await underTest.until(() => pulls() > pullsBefore, "the switchover");
          expectNormalCalls(rack, calls);
          await expectCleanExchanges(rack);
          await expectEmptyGateway(rack);
        } finally {
          await underTest.insert(pulled);
        }
      });
    }
  });
});

function isInConversation(passing: Passing): boolean {
  return passing.kind === "voice" && passing.packet.number === packetInConversation;
}

function expectNormalCalls(rack: RackWithOsmoMgw, calls: readonly EndedCall[]): void {
  expect(calls).toHaveLength(rack.callsAtOnce);
  for (const call of calls) {
    const normal = { outcome: "completed", cause: 16, releasedBy: "exchange" };
    expect(call, rack.underTest.log.join("\n")).toMatchObject(normal);
    const { forward, backward } = rack.voiceOf(call);
    expect({ forward: forward.missing, backward: backward.missing }).toEqual({ forward: [], backward: [] });
    expect(Math.min(forward.entered, backward.entered)).toBeGreaterThanOrEqual(packetsMin);
  }
}

async function expectCleanExchanges({ underTest }: RackWithOsmoMgw): Promise<void> {
  for (const name of exchangeNames) {
    const { voice, ...statistics } = await underTest.exchange(name).statistics();
    expect(statistics).toMatchObject({ unplanned: 0, lost: { setup: 0, stable: 0 }, circuitsLeaked: 0 });
    expect(statistics.incoming.completed).toBe(statistics.incoming.received);
    // Not `afterRelease`: the called side speaks until it hears of the release, which the backup passes on.
    expect(voice).toMatchObject({ foreign: 0, disordered: 0, malformed: 0, broken: 0, hostDrops: 0 });
  }
}

/** The gateway answers the last DLCX a little after the exchanges have released. */
async function expectEmptyGateway({ osmo }: RackWithOsmoMgw): Promise<void> {
  await expect.poll(() => osmo.connections(), { timeout: 5000 }).toEqual([]);
}
