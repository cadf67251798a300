/** A port on a serial adapter, with a bus behind the adapter. */
import { beforeEach, describe, expect, test } from "vitest";
import type { CanFrame } from "../../../hal/can-frame.ts";
import type { CanState } from "../../../hal/can-port.ts";
import type { SerialLine } from "../../../hal/serial-line.ts";
import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { SlcanDevice } from "../../../hal/slcan/slcan-device.ts";
import { SlcanPort } from "../../../hal/slcan/slcan-port.ts";
import { canPortContract } from "../../contract/can-port.ts";
import { serialCable } from "./serial-cable.ts";

const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };

for (const fd of [false, true]) {
  canPortContract(`slcan, ${fd ? "FD" : "classic"}`, async () => {
    const clock = new VirtualClock();
    const bus = new SimulatedCanBus({ rates, fd, clock });
    return {
      attach: async (name) => {
        const [host, adapter] = serialCable(clock);
        const device = new SlcanDevice(adapter, bus.attach(name));
        const port = new SlcanPort({ open: () => Promise.resolve(host), rates, fd, clock });
        while (!device.isOpen) {
          await Promise.resolve();
          clock.step();
        }
        return port;
      },
      until: async (done) => {
        while (!done()) if (!clock.step()) throw new Error("nothing left to happen");
      },
      handedOnFramesMax: 1,
      close: async () => undefined,
    };
  });
}

describe("an adapter", () => {
  let clock: VirtualClock;
  let adapter: SerialLine;
  /** What the adapter was told, and what it answers to every line. */
  let told: string[];
  let answer: (line: string) => string;
  let states: CanState[];
  let confirmed: CanFrame[];
  let openings: number;
  let port: SlcanPort;

  const frame = (number: number): CanFrame => ({ id: 0x300, fd: false, data: Uint8Array.of(number) });
  const octetsOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

  async function run(millis: number): Promise<void> {
    // The line opens in a promise.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    clock.run(clock.nowMicros() + millis * 1000);
  }

  beforeEach(async () => {
    clock = new VirtualClock();
    told = [];
    answer = () => "\r";
    states = [];
    confirmed = [];
    openings = 0;
    const open = async () => {
      openings++;
      const [host, other] = serialCable(clock);
      adapter = other;
      adapter.listen({
        octets: (octets) => {
          for (const line of String.fromCharCode(...octets)
            .split("\r")
            .slice(0, -1)) {
            told.push(line);
            other.write(octetsOf(answer(line)));
          }
        },
        closed: () => told.push("hung up"),
      });
      return host;
    };
    port = new SlcanPort({ open, rates, fd: false, clock });
    port.listen({
      frames: () => {},
      transmitted: (batch) => confirmed.push(...batch),
      writable: () => {},
      state: (state) => states.push(state),
    });
    await run(1);
  });

  test("is closed, told its bit rate and opened, and then gets frames one at a time", async () => {
    expect(told.splice(0)).toEqual(["C", "S8", "O"]);
    answer = () => "";
    for (const number of [1, 2]) port.transmit(frame(number));
    await run(10);
    expect(told.splice(0)).toEqual(["t300101"]);
    answer = () => "z\r";
    adapter.write(octetsOf("z\r"));
    await run(10);
    expect(told).toEqual(["t300102"]);
    expect(confirmed).toEqual([frame(1), frame(2)]);
    expect(states).toEqual([]);
  });

  test("that has no room is told again, in the order of the frames", async () => {
    told = [];
    let refusals = 2;
    answer = () => (refusals-- > 0 ? "\x07" : "z\r");
    for (const number of [1, 2]) port.transmit(frame(number));
    await run(10);
    expect(told).toEqual(["t300101", "t300101", "t300101", "t300102"]);
    expect(confirmed).toEqual([frame(1), frame(2)]);
  });

  test("that does not answer is given up, and opened anew when it is asked for", async () => {
    answer = () => "";
    port.transmit(frame(1));
    await run(600);
    expect(states).toEqual(["disconnected"]);
    expect(port.transmit(frame(2))).toBe("bus-off");
    answer = () => "\r";
    port.recover();
    await run(1);
    expect([openings, states]).toEqual([2, ["disconnected", "active"]]);
    port.transmit(frame(3));
    await run(1);
    expect(confirmed).toEqual([frame(3)]);
  });

  test("that is unplugged is gone at once", async () => {
    adapter.close();
    await run(1);
    expect(states).toEqual(["disconnected"]);
  });

  test("that is bus-off: what was queued is gone, and recover opens it anew", async () => {
    answer = () => "";
    for (const number of [1, 2]) port.transmit(frame(number));
    await run(1);
    adapter.write(octetsOf("sb000255\r"));
    await run(1);
    expect([states, port.transmit(frame(3))]).toEqual([["bus-off"], "bus-off"]);
    told = [];
    answer = () => "\r";
    port.recover();
    await run(1000);
    expect(told).toEqual(["C", "S8", "O"]);
    expect([states, confirmed]).toEqual([["bus-off", "active"], []]);
  });

  test("that is passive is so while something waits to get out", async () => {
    adapter.write(octetsOf("sp128000\r"));
    await run(1);
    expect(states).toEqual([]);
    answer = () => "";
    port.transmit(frame(1));
    await run(1);
    adapter.write(octetsOf("sp128000\r"));
    await run(1);
    expect(states).toEqual(["passive"]);
    adapter.write(octetsOf("z\r"));
    await run(1);
    expect(states).toEqual(["passive", "active"]);
  });

  test("that cannot be opened is one that is not there", async () => {
    const refused = new SlcanPort({ open: () => Promise.reject(new Error("no such line")), rates, fd: false, clock });
    const said: CanState[] = [];
    refused.listen({ frames: () => {}, transmitted: () => {}, writable: () => {}, state: (state) => said.push(state) });
    await run(1);
    expect(said).toEqual(["disconnected"]);
  });

  test("with a bit rate that none has is a mistake, said in a sentence", () => {
    const odd = { bitRate: 123_456, dataBitRate: 1 };
    expect(() => new SlcanPort({ open: () => Promise.reject(new Error()), rates: odd, fd: false, clock })).toThrow(
      "a serial CAN adapter has no 123456 bit/s: 10000, 20000, 50000, 100000, 125000, 250000, 500000, 800000, 1000000",
    );
  });
});
