import { expect, test } from "vitest";
import { CommunicationProcessor } from "../../../firmware/backplane/communication-processor.ts";
import { framePart, partOf, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { type CanFrame, canClassOf } from "../../../hal/can-frame.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRack } from "../../simulator/one-call.ts";

const othersMicros = 20_000;

test("beats that overtake each other in the controller are not waited for", () => {
  const waiting: CanFrame[] = [];
  const processor = new CommunicationProcessor(
    {
      slot: 1,
      kind: "lim",
      plans: [{ group: 1, callServers: [2, 3], witnesses: [1] }],
      frameOctets: 8,
      timing: { primaryMicros: 5_000, othersMicros, missesToDeath: 3 },
      incarnation: 7,
      realTime: true,
      configurationDigest: 1,
    },
    {
      transmit: (plane, frame) => {
        if (plane === 0) waiting.push(frame);
        return "queued";
      },
      toApplication: () => {},
      progress: () => 0,
      nudge: () => {},
      starvedMicros: () => 0,
      work: () => 0,
      commitsPerformed: () => 0,
      end: () => {},
      wallMillis: () => 1,
      log: () => {},
      milestone: () => {},
    },
    0,
  );
  let sent = 0;
  // It listens for a while before it beats.
  processor.tick(2 * othersMicros);
  waiting.length = 0;
  for (let now = 3 * othersMicros; now < 43 * othersMicros; now += othersMicros) {
    processor.tick(now);
    if (waiting.length < 2) continue;
    sent += waiting.length;
    for (const frame of waiting.splice(0).reverse()) processor.transmitted(0, [frame], now);
  }
  expect(sent).toBe(40);
});

test("commits that overtake each other in the controller are all known to be out: every call has its records", () => {
  const configuration = {
    ...smallRack,
    bus: { ...smallRack.bus, frames: "fd" as const },
    trunkGroups: smallRack.trunkGroups.map((group) => ({ ...group, lastCic: 60 })),
  };
  const rack = new SimulatedRack(configuration, { mix: { ringMicros: 10_000, holdMicros: 10_000 } });
  rack.run(250);
  let overtaken = 0;
  for (const bus of rack.buses) {
    bus.decideFate = ({ id }) => {
      if (canClassOf(id) !== recordClass.commit || partOf(id) !== framePart.whole) return undefined;
      overtaken++;
      return { kind: "overtaken" };
    };
  }
  const calls = 30;
  for (let made = 0; made < calls; made++) rack.exchange("west").step({ kind: "call" });
  rack.run(500);
  const records = [2, 3].map((slot) => rack.lines(slot, "cdr.jsonl").length);
  expect(records).toEqual([calls, calls]);
  expect(overtaken).toBeGreaterThan(100);
});
