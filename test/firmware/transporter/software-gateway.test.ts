/** The transporter against the project's own media gateway over UDP, with voice through it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Input } from "../../../firmware/interchange/input.ts";
import { gatewayOfRack } from "../../../tools/gateway/gateway-configuration.ts";
import { SoftwareGateway } from "../../../tools/gateway/software-gateway.ts";
import { ownAddress } from "../../own-address.ts";
import { exampleRack, slots } from "../lim/example-rack.ts";
import { HostCard, until } from "./host-card.ts";
import { Voice } from "./voice.ts";

const address = ownAddress;

/** Circuit 0 is west/1, circuit 4 is east/1. */
const configuration = exampleRack({
  gateways: [
    {
      name: "mgw",
      address,
      callAgents: [slots.transporter, slots.otherTransporter].map((transporter) => ({ transporter, address })),
    },
  ],
  trunkGroups: ["west", "east"].map((exchange, place) => ({
    name: exchange,
    exchange,
    gateway: "mgw",
    firstCic: 1,
    lastCic: 4,
    media: { address, gatewayPort: 20_000 + 100 * place, exchangePort: 21_000 + 100 * place },
  })),
});
const ends = { circuit: 0, otherCircuit: 4 };

let card: HostCard;
let gateway: SoftwareGateway;

beforeEach(async () => {
  card = new HostCard(configuration, slots.transporter);
  await card.start();
  const parsed = gatewayOfRack(configuration, "mgw");
  if (parsed === undefined) throw new Error("the rack has the gateway");
  gateway = new SoftwareGateway(parsed);
  await gateway.start();
  expect(await card.next()).toEqual({ kind: "gateway", gateway: 0, event: 0 });
});
afterEach(async () => {
  await card.stop();
  await gateway.stop();
});

const connections = async () => (await gateway.snapshot()).connections.length;

async function created(call: number): Promise<Extract<Input, { kind: "created" }>> {
  const told = await card.next();
  if (told.kind !== "created") throw new Error(JSON.stringify(told));
  expect(told.call).toBe(call);
  return told;
}

it("connects the backward path, then both ways, and keeps nothing of a call that ended", async () => {
  const caller = new Voice();
  const called = new Voice();
  await caller.open(address, 21_000);
  await called.open(address, 21_100);
  card.instruct({ kind: "create", call: 1, ...ends, mode: 1 });
  const { identifier, secondIdentifier } = await created(1);
  expect(await connections()).toBe(2);
  const talk = () => {
    for (let packets = 0; packets < 10; packets++) {
      caller.send(address, 20_000);
      called.send(address, 20_100);
    }
  };
  talk();
  await until(() => caller.received === 10, "the called side's voice");
  while ((await gateway.snapshot()).packetsReceived < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await gateway.snapshot()).blockedPackets).toBe(10);
  expect(called.received).toBe(0);
  card.instruct({ kind: "modify", call: 1, ...ends, mode: 2, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 2 });
  talk();
  await until(() => caller.received === 20 && called.received === 10, "the voice of both");
  card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
  expect(await connections()).toBe(0);
  caller.close();
  called.close();
});

it("does everything once though answers get lost", async () => {
  gateway.setFaults({ replyDelayMillis: 0, dropFirstReplies: 3, refuse: [] });
  card.instruct({ kind: "create", call: 1, ...ends, mode: 2 });
  const { identifier, secondIdentifier } = await created(1);
  expect(await connections()).toBe(2);
  card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
  const { commands, droppedReplies, connections: left } = await gateway.snapshot();
  expect({ commands, droppedReplies, left }).toMatchObject({
    commands: { CRCX: 1, DLCX: 2 },
    droppedReplies: 3,
    left: [],
  });
});

it("is served by another transporter that repeats the create: done once, with the same connections", async () => {
  card.instruct({ kind: "create", call: 1, ...ends, mode: 1 });
  const first = await created(1);
  await card.stop();
  card = new HostCard(configuration, slots.otherTransporter);
  await card.start();
  card.instruct({ kind: "create", call: 1, ...ends, mode: 1 });
  const again = await created(1);
  expect(again).toEqual(first);
  expect((await gateway.snapshot()).commands.CRCX).toBe(1);
  const { identifier, secondIdentifier } = again;
  card.instruct({ kind: "modify", call: 1, ...ends, mode: 2, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 2 });
  card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
  expect(await connections()).toBe(0);
});

it("clears a trunk group at once, and takes a create though the endpoint is still occupied", async () => {
  for (let call = 1; call <= 4; call++) {
    card.instruct({ kind: "create", call, circuit: call - 1, otherCircuit: call + 3, mode: 2 });
    await created(call);
  }
  card.instruct({ kind: "create", call: 5, circuit: 0, otherCircuit: 5, mode: 2 });
  await created(5);
  const held = (await gateway.snapshot()).connections.filter(
    ({ endpoint }) => endpoint === "west/1" || endpoint === "east/2",
  );
  expect(held).toMatchObject([{ callId: "1000005" }, { callId: "1000005" }]);
  card.instruct({ kind: "clear", circuit: 0, count: 8 });
  card.instruct({ kind: "delete", call: 5, circuit: 0, otherCircuit: 5, identifier: 0, secondIdentifier: 0 });
  expect(await card.next()).toEqual({ kind: "done", call: 5, verb: 3 });
  expect(await connections()).toBe(0);
});

it("tells a restart, after which a delete of what is gone is done", async () => {
  card.instruct({ kind: "create", call: 1, ...ends, mode: 2 });
  const { identifier, secondIdentifier } = await created(1);
  gateway.restart();
  expect(await card.next()).toEqual({ kind: "gateway", gateway: 0, event: 0 });
  card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
  expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
});
