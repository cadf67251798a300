/** The transporter against a real osmo-mgw over UDP, with voice through it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Input } from "../../../firmware/interchange/input.ts";
import type { Transporter } from "../../../firmware/transporter/transporter.ts";
import { exampleRack, slots } from "../lim/example-rack.ts";
import { HostCard, until } from "./host-card.ts";
import { OsmoMgw, osmoMgwIsInstalled } from "./osmo-mgw.ts";
import { Voice } from "./voice.ts";

if (!osmoMgwIsInstalled) {
  if (process.env.CI === "true") throw new Error("osmo-mgw is not installed");
  console.log("skipped: osmo-mgw is not installed (Debian package osmo-mgw)");
}

/** Where osmo-mgw receives for the connections it made, in the order of its answers. */
function portsOf(transporter: Transporter): readonly number[] {
  return transporter.trace().flatMap(({ direction, text }) => {
    const port = /^200 \d+ OK[\s\S]*m=audio (\d+)/.exec(text)?.[1];
    return direction === "received" && port !== undefined ? [Number(port)] : [];
  });
}

describe.skipIf(!osmoMgwIsInstalled)("a real osmo-mgw", () => {
  const osmo = new OsmoMgw();
  const { address } = osmo;
  let card: HostCard;
  /** Circuit 0 is osmo-west/101, circuit 4 is osmo-east/101. */
  const configuration = exampleRack({
    gateways: [
      {
        name: "osmo",

        profile: "osmo-mgw",
        domain: "mgw",
        address,
        callAgents: [slots.transporter, slots.otherTransporter].map((transporter) => ({ transporter, address })),
      },
    ],
    trunkGroups: ["west", "east"].map((exchange, place) => ({
      name: `osmo-${exchange}`,
      exchange,
      gateway: "osmo",
      firstCic: 101,
      lastCic: 104,
      media: { address, gatewayPort: 1024, exchangePort: 24_000 + 100 * place },
    })),
    routes: [{ prefix: "", trunkGroups: ["osmo-east"] }],
  });

  beforeAll(() => osmo.start());
  afterAll(() => osmo.stop());
  beforeEach(async () => {
    card = new HostCard(configuration, slots.transporter);
    await card.start();
  });
  afterEach(() => card.stop());

  const ends = { circuit: 0, otherCircuit: 4 };
  const created = async (call: number): Promise<Extract<Input, { kind: "created" }>> => {
    const told = await card.next();
    if (told.kind !== "created") throw new Error(`call ${call}: ${JSON.stringify(told)}`);
    expect(told).toMatchObject({ call, payloadType: 8 });
    return told;
  };

  it("connects the backward path, then both ways, and keeps nothing of a call that ended", async () => {
    const caller = new Voice();
    const called = new Voice();
    await caller.open(address, 24_000);
    await called.open(address, 24_100);
    card.instruct({ kind: "create", call: 1, ...ends, mode: 1 });
    const { identifier, secondIdentifier, port } = await created(1);
    expect(await osmo.connections()).toEqual(["rtpbridge/1@mgw", "rtpbridge/1@mgw"]);
    const [callerPort, calledPort] = portsOf(card.transporter);
    expect(callerPort).toBe(port);

    for (let packets = 0; packets < 10; packets++) {
      caller.send(address, callerPort);
      called.send(address, calledPort);
    }
    await until(() => caller.received === 10, "the called side's voice");
    expect(called.received).toBe(0);

    card.instruct({ kind: "modify", call: 1, ...ends, mode: 2, identifier, secondIdentifier });
    expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 2 });
    for (let packets = 0; packets < 10; packets++) {
      caller.send(address, callerPort);
      called.send(address, calledPort);
    }
    await until(() => caller.received === 20 && called.received === 10, "the voice of both");

    card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
    expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
    expect(await osmo.connections()).toEqual([]);
    caller.close();
    called.close();
  });

  it("takes many calls at once, and a delete of what is gone is done", async () => {
    for (let call = 1; call <= 4; call++) {
      const circuits = { circuit: call - 1, otherCircuit: call + 3 };
      card.instruct({ kind: "create", call, ...circuits, mode: 2 });
    }
    for (let call = 1; call <= 4; call++) expect((await card.next()).kind).toBe("created");
    expect(await osmo.connections()).toHaveLength(8);
    for (const times of [1, 2]) {
      for (let call = 1; call <= 4; call++) {
        const circuits = { circuit: call - 1, otherCircuit: call + 3 };
        card.instruct({ kind: "delete", call, ...circuits, identifier: 0, secondIdentifier: 0 });
      }
      for (let call = 1; call <= 4; call++) expect(await card.next()).toMatchObject({ kind: "done", verb: 3 });
      expect(await osmo.connections(), `time ${times}`).toEqual([]);
    }
    expect(card.transporter.status()).toMatchObject({
      gateways: { osmo: { state: "reachable", answers: { "515": 4 } } },
    });
  });

  it("clears the endpoints of the circuits named and no others", async () => {
    card.instruct({ kind: "create", call: 1, circuit: 0, otherCircuit: 4, mode: 2 });
    card.instruct({ kind: "create", call: 2, circuit: 1, otherCircuit: 5, mode: 2 });
    await created(1);
    await created(2);
    card.instruct({ kind: "clear", circuit: 1, count: 7 });
    card.instruct({ kind: "delete", call: 2, circuit: 1, otherCircuit: 5, identifier: 0, secondIdentifier: 0 });
    expect(await card.next()).toEqual({ kind: "done", call: 2, verb: 3 });
    expect(await osmo.connections()).toEqual(["rtpbridge/1@mgw", "rtpbridge/1@mgw"]);
    card.instruct({ kind: "clear", circuit: 0, count: 8 });
    card.instruct({ kind: "delete", call: 1, circuit: 0, otherCircuit: 4, identifier: 0, secondIdentifier: 0 });
    expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
    expect(await osmo.connections()).toEqual([]);
  });

  it("is served by another transporter that repeats the create: one call, two connections, which it can delete", async () => {
    card.instruct({ kind: "create", call: 1, ...ends, mode: 2 });
    await created(1);
    await card.stop();
    card = new HostCard(configuration, slots.otherTransporter);
    await card.start();
    card.instruct({ kind: "create", call: 1, ...ends, mode: 2 });
    const { identifier, secondIdentifier } = await created(1);
    expect(await osmo.connections()).toHaveLength(2);
    card.instruct({ kind: "modify", call: 1, ...ends, mode: 1, identifier, secondIdentifier });
    expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 2 });
    card.instruct({ kind: "delete", call: 1, ...ends, identifier, secondIdentifier });
    expect(await card.next()).toEqual({ kind: "done", call: 1, verb: 3 });
    expect(await osmo.connections()).toEqual([]);
  });
});
