import { expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { simulatedDatagramSockets } from "../../../hal/simulated/datagram-network.ts";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "../../../hal/simulated/network.ts";
import { datagramSocketContract, NotedDatagrams } from "../../contract/datagram-socket.ts";

datagramSocketContract("simulated", () => {
  const clock = new VirtualClock();
  const host = new SimulatedNetwork(clock).attach("10.0.0.1", "10.0.0.2");
  return {
    sockets: simulatedDatagramSockets(host),
    address: "10.0.0.1",
    otherAddress: "10.0.0.2",
    passUntil: async (condition) => {
      while (!condition()) if (!clock.step()) throw new Error("nothing will happen any more");
    },
    settle: async () => {
      while (clock.step());
    },
  };
});

/** Two hosts, each with a socket on port 2427. */
function twoHosts(options?: SimulatedNetworkOptions) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, options);
  const [here, there] = ["10.0.0.1", "10.0.0.2"].map((address) => {
    const host = network.attach(address);
    const noted = new NotedDatagrams();
    return { host, noted, place: { address, port: 2427 }, socket: bindOn(host, noted) };
  });
  if (here === undefined || there === undefined) throw new Error("unreachable");
  clock.run(1);
  return { clock, network, here, there };
}

function bindOn(host: Parameters<typeof simulatedDatagramSockets>[0], noted: NotedDatagrams) {
  return simulatedDatagramSockets(host).bind({ address: host.addresses[0], port: 2427 }, noted);
}

test("a datagram takes the latency of the network, and may overtake another", () => {
  const latencies = [500, 100];
  const { clock, here, there } = twoHosts({ latencyMicros: () => latencies.shift() ?? 0 });
  here.socket.send(new Uint8Array([1]), there.place);
  here.socket.send(new Uint8Array([2]), there.place);
  clock.run(100);
  expect(there.noted.datagrams).toEqual([]);
  clock.run(101);
  expect(there.noted.datagrams.map(({ octets }) => octets[0])).toEqual([2]);
  clock.run(501);
  expect(there.noted.datagrams.map(({ octets }) => octets[0])).toEqual([2, 1]);
});

test("the network loses what it is told to lose", () => {
  let sent = 0;
  const { clock, here, there } = twoHosts({ loses: () => sent++ % 2 === 0 });
  for (let number = 0; number < 4; number++) here.socket.send(new Uint8Array([number]), there.place);
  clock.run(10_000);
  expect(there.noted.datagrams.map(({ octets }) => octets[0])).toEqual([1, 3]);
});

test("a severed host neither sends nor hears, also not what was under way", () => {
  const { clock, here, there } = twoHosts();
  here.socket.send(new Uint8Array([1]), there.place);
  there.host.sever();
  there.socket.send(new Uint8Array([2]), here.place);
  clock.run(10_000);
  there.host.restore();
  here.socket.send(new Uint8Array([3]), there.place);
  clock.run(20_000);
  expect(here.noted.datagrams).toEqual([]);
  expect(there.noted.datagrams.map(({ octets }) => octets[0])).toEqual([3]);
});

test("after a crash the port is free, and a host that takes the address over gets the datagrams", () => {
  const { clock, network, here, there } = twoHosts();
  there.host.crash();
  expect(there.socket.send(new Uint8Array(1), here.place)).toBe("closed");
  const again = new NotedDatagrams();
  bindOn(there.host, again);
  clock.run(1000);
  expect(again.local).toEqual(there.place);

  const inserted = new NotedDatagrams();
  bindOn(network.attach("10.0.0.2"), inserted);
  clock.run(2000);
  here.socket.send(new Uint8Array([9]), there.place);
  clock.run(3000);
  expect(again.datagrams).toEqual([]);
  expect(inserted.datagrams).toHaveLength(1);
});
