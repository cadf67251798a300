import { expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "../../../hal/simulated/network.ts";
import { simulatedStreamSockets } from "../../../hal/simulated/stream-network.ts";
import { NotedServer, NotedStream, streamSocketContract } from "../../contract/stream-socket.ts";

streamSocketContract("simulated", () => {
  const clock = new VirtualClock();
  const host = new SimulatedNetwork(clock).attach("10.0.0.1", "10.0.0.2");
  return {
    sockets: simulatedStreamSockets(host),
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

/** A stream from one host to another, open at both ends, a second after the start. */
function twoHosts(options?: SimulatedNetworkOptions) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, options);
  const here = network.attach("10.0.0.1");
  const there = network.attach("10.0.0.2");
  const server = new NotedServer();
  simulatedStreamSockets(there).listen({ address: "10.0.0.2", port: 2905 }, server);
  const near = new NotedStream();
  const stream = simulatedStreamSockets(here).connect({ address: "10.0.0.2", port: 2905 }, near);
  clock.run(second);
  const accepted = server.accepts[0];
  if (accepted === undefined) throw new Error("not accepted");
  return { clock, network, here, there, server, near, stream, far: accepted.noted, farStream: accepted.stream };
}

const second = 1_000_000;

test("octets take the latency of the network and never overtake others", () => {
  const latencies: number[] = [];
  const { clock, stream, far } = twoHosts({ latencyMicros: () => latencies.shift() ?? 50 });
  latencies.push(500, 100);
  stream.send(new Uint8Array([1]));
  stream.send(new Uint8Array([2]));
  clock.run(second + 499);
  expect(far.octetCount).toBe(0);
  clock.run(second + 500);
  expect(far.all()).toEqual(new Uint8Array([1, 2]));
});

test("the word that a stream is open comes before all octets, whatever the latencies", () => {
  for (let shift = 0; shift < 4; shift++) {
    const latencies = [900, 10, 300, 1].slice(shift);
    const { clock, near, farStream } = twoHosts({ latencyMicros: () => latencies.shift() ?? 5 });
    farStream.send(new Uint8Array(1));
    clock.run(2 * second);
    expect(near.told).toEqual(["opened", "octets"]);
  }
});

test("what is sent from within writable takes its time too", () => {
  const { clock, stream, near, far } = twoHosts();
  while (stream.send(new Uint8Array(50_000)) === "sent");
  const arrivals: number[] = [];
  near.writable = () => {
    far.octets = () => arrivals.push(clock.nowMicros());
    stream.send(new Uint8Array(1));
    clock.at(clock.nowMicros() + 100, () => stream.send(new Uint8Array(1)));
  };
  clock.run(2 * second);
  expect(arrivals).toEqual([second + 400, second + 500]);
});

test("a short cut of the cable delays octets and loses none", () => {
  const { clock, stream, there, far } = twoHosts();
  there.sever();
  stream.send(new Uint8Array([1, 2]));
  clock.run(10 * second);
  expect(far.octetCount).toBe(0);
  stream.send(new Uint8Array([3]));
  there.restore();
  clock.run(11 * second);
  expect(far.all()).toEqual(new Uint8Array([1, 2, 3]));
});

test("a peer that was pulled is noticed only by sending, and then late", () => {
  const { clock, stream, near, far, there } = twoHosts();
  there.sever();
  clock.run(1000 * second);
  expect(near.told).toEqual(["opened"]);
  stream.send(new Uint8Array(1));
  clock.run(1900 * second);
  expect(near.told).toEqual(["opened"]);
  clock.run(2000 * second);
  expect(near.end).toEqual({ kind: "timed-out", address: "10.0.0.2", port: 2905 });
  expect(far.told).toEqual(["opened"]);
});

test("a peer that was pulled and inserted again knows nothing of the stream", () => {
  const { clock, network, stream, near, there } = twoHosts();
  there.sever();
  network.attach("10.0.0.2");
  stream.send(new Uint8Array(1));
  clock.run(2 * second);
  expect(near.end).toEqual({ kind: "reset", address: "10.0.0.2", port: 2905 });
});

test("a crash resets the streams, after what was sent, and frees the port", () => {
  const { clock, near, farStream, far, there } = twoHosts();
  farStream.send(new Uint8Array(5));
  there.crash();
  expect(farStream.send(new Uint8Array(5))).toBe("closed");
  clock.run(2 * second);
  expect(near.told).toEqual(["opened", "octets", "closed"]);
  expect(near.end).toEqual({ kind: "reset", address: "10.0.0.2", port: 2905 });
  expect(far.told).toEqual(["opened"]);

  const again = new NotedServer();
  simulatedStreamSockets(there).listen({ address: "10.0.0.2", port: 2905 }, again);
  clock.run(3 * second);
  expect(again.local).toEqual({ address: "10.0.0.2", port: 2905 });
});

test("no such host is unreachable; a severed one lets the request time out, or opens when it is back", () => {
  const { clock, here, there } = twoHosts();
  const sockets = simulatedStreamSockets(here);
  const nowhere = new NotedStream();
  sockets.connect({ address: "10.9.9.9", port: 1 }, nowhere);
  there.sever();
  const patient = new NotedStream();
  sockets.connect({ address: "10.0.0.2", port: 2905 }, patient);
  clock.run(200 * second);
  expect(nowhere.end?.kind).toBe("unreachable");
  expect(patient.end?.kind).toBe("timed-out");
  const lucky = new NotedStream();
  sockets.connect({ address: "10.0.0.2", port: 2905 }, lucky);
  clock.run(260 * second);
  there.restore();
  clock.run(261 * second);
  expect(lucky.told).toEqual(["opened"]);
});
