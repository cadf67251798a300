import { afterEach, describe, expect, it } from "vitest";
import { linuxClock } from "../../../hal/linux/clock.ts";
import { encodeSignal } from "../../../tools/exchange/signal.ts";
import {
  type CutConnection,
  SignallingLink,
  type SignallingLinkOptions,
  type SocketAddress,
} from "../../../tools/exchange/signalling-link.ts";

const clock = linuxClock();
const open: SignallingLink[] = [];
afterEach(() => {
  for (const link of open.splice(0)) link.close();
});

const loopback = (port: number): SocketAddress => ({ address: "127.0.0.1", port });
const common = { networkIndicator: 2, heartbeatMillis: 5000 };

interface Heard {
  readonly link: SignallingLink;
  readonly messages: string[];
  readonly notes: string[];
  readonly cuts: CutConnection[];
  readonly availability: boolean[];
}

function newLink(
  options: Pick<SignallingLinkOptions, "role" | "pointCode" | "nodePointCode" | "connect" | "listen" | "trafficMode">,
): Heard {
  const heard = {
    messages: [] as string[],
    notes: [] as string[],
    availability: [] as boolean[],
    cuts: [] as CutConnection[],
  };
  const owner = {
    received: (octets: Uint8Array) => void heard.messages.push(Buffer.from(octets).toString("hex")),
    availability: (isAvailable: boolean) => void heard.availability.push(isAvailable),
    note: (text: string) => void heard.notes.push(text),
    cut: (connection: CutConnection) => void heard.cuts.push(connection),
  };
  const link = new SignallingLink({ ...common, ...options }, owner, clock);
  open.push(link);
  return { link, ...heard };
}

const node = (pointCode = 2057): Pick<SignallingLinkOptions, "role" | "pointCode" | "nodePointCode" | "connect"> => {
  return { role: "ipsp-server", pointCode, nodePointCode: 1001, connect: [] };
};

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const rlc = encodeSignal({ type: "RLC", cic: 7 });
const rlcHex = Buffer.from(rlc).toString("hex");

describe("the signalling link", () => {
  it.each([
    ["ipsp-client", "ipsp-server"],
    ["asp", "sgp"],
  ] as const)("carries messages both ways between %s and %s", async (connecting, listening) => {
    const server = newLink({ ...node(), role: listening, listen: loopback(0) });
    const port = (await server.link.open()) ?? 0;
    const client = newLink({ role: connecting, pointCode: 1001, nodePointCode: 2057, connect: [loopback(port)] });
    await client.link.open();
    await until(() => client.link.isAvailable && server.link.isAvailable);
    for (let i = 0; i < 100; i++) client.link.send(7, rlc);
    server.link.send(7, rlc);
    await until(() => server.messages.length >= 100 && client.messages.length >= 1);
    expect(new Set(server.messages)).toEqual(new Set([rlcHex]));
    expect(client.messages).toEqual([rlcHex]);
  });

  it.each([
    [undefined, 1],
    ["loadshare", 1],
    ["broadcast", 2],
  ] as const)("in traffic mode %s sends a message to %d of two cards", async (trafficMode, copies) => {
    const cards = [newLink({ ...node(), listen: loopback(0) }), newLink({ ...node(), listen: loopback(0) })];
    const ports = [(await cards[0].link.open()) ?? 0, (await cards[1].link.open()) ?? 0];
    const client = newLink({
      role: "ipsp-client",
      pointCode: 1001,
      nodePointCode: 2057,
      connect: ports.map(loopback),
      trafficMode,
    });
    await client.link.open();
    await until(() => cards.every(({ link }) => link.isAvailable));
    // One more each way after it: what came on the same connection before has come.
    for (const { link } of cards) link.send(7, rlc);
    await until(() => client.messages.length === cards.length);
    client.link.send(7, rlc);
    for (const cic of [8, 9]) client.link.send(cic, encodeSignal({ type: "RLC", cic }));
    await until(() => cards.reduce((sum, { messages }) => sum + messages.length, 0) >= 3 * copies);
    const all = cards.flatMap(({ messages }) => messages);
    expect(all.filter((message) => message === rlcHex).length).toBe(copies);
    expect(all.length).toBe(3 * copies);
  });

  it("keeps what it has to send until another card of the node listens", async () => {
    const first = newLink({ ...node(), listen: loopback(0) });
    const second = newLink({ ...node(), listen: loopback(0) });
    const ports = [(await first.link.open()) ?? 0, (await second.link.open()) ?? 0];
    second.link.close();
    const client = newLink({ role: "ipsp-client", pointCode: 1001, nodePointCode: 2057, connect: ports.map(loopback) });
    await client.link.open();
    await until(() => client.link.isAvailable);
    first.link.close();
    await until(() => !client.link.isAvailable);
    client.link.send(7, rlc);
    const third = newLink({ ...node(), listen: loopback(ports[1]) });
    await third.link.open();
    await until(() => third.messages.length > 0);
    expect(third.messages).toEqual([rlcHex]);
    expect(client.availability).toEqual([true, false, true]);
    expect(client.link.discarded).toBe(0);
  });

  it("says what it had sent on a connection that has ended, and when", async () => {
    const server = newLink({ ...node(), listen: loopback(0) });
    const port = (await server.link.open()) ?? 0;
    const client = newLink({ role: "ipsp-client", pointCode: 1001, nodePointCode: 2057, connect: [loopback(port)] });
    await client.link.open();
    await until(() => client.link.isAvailable && server.link.isAvailable);
    const before = clock.nowMicros();
    client.link.send(7, rlc);
    client.link.send(9, encodeSignal({ type: "RLC", cic: 9 }));
    const after = clock.nowMicros();
    await until(() => server.messages.length === 2);
    server.link.close();
    await until(() => client.cuts.length > 0);
    const [{ port: cutPort, sent }] = client.cuts;
    expect({ cutPort, cics: sent.map(({ cic }) => cic) }).toEqual({ cutPort: port, cics: [7, 9] });
    for (const { atMicros } of sent) expect(atMicros >= before && atMicros <= after).toBe(true);
  });

  it("counts messages from somebody else and does not pass them on", async () => {
    const stranger = newLink({ ...node(2058), listen: loopback(0) });
    const port = (await stranger.link.open()) ?? 0;
    const client = newLink({ role: "ipsp-client", pointCode: 1001, nodePointCode: 2057, connect: [loopback(port)] });
    await client.link.open();
    await until(() => stranger.link.isAvailable);
    stranger.link.send(7, rlc);
    await until(() => client.link.misdirected > 0);
    expect(client.messages).toEqual([]);
  });
});
