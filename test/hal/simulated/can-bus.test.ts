import { describe, expect, it } from "vitest";
import { canBitsMicros, canFrameBits } from "../../../hal/can-bits.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import type { CanState } from "../../../hal/can-port.ts";
import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import type { SimulatedCanPort } from "../../../hal/simulated/can-port.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";

const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };

const frame = (id: number, ...data: number[]): CanFrame => ({ id, fd: false, data: Uint8Array.from(data) });
const microsOf = (one: CanFrame) => canBitsMicros(canFrameBits(one), rates);

/** A bus with ports that write down what they hear and when: "time name<id" received, "time name>id" confirmed. */
function rig(...names: string[]) {
  const clock = new VirtualClock();
  const severed: string[] = [];
  const bus = new SimulatedCanBus({ rates, fd: true, clock, severed: (port) => severed.push(port.name) });
  const log: string[] = [];
  const states: string[] = [];
  const ports = new Map<string, SimulatedCanPort>();
  const plug = (name: string) => {
    const port = bus.attach(name);
    const write = (what: string) => (batch: readonly CanFrame[]) => {
      for (const { id } of batch) log.push(`${clock.nowMicros()} ${name}${what}${id.toString(16)}`);
    };
    port.listen({
      frames: write("<"),
      transmitted: write(">"),
      writable: () => undefined,
      state: (state: CanState) => states.push(`${name} ${state}`),
    });
    ports.set(name, port);
    return port;
  };
  names.forEach(plug);
  const port = (name: string) => {
    const found = ports.get(name);
    if (found === undefined) throw new Error(`no port ${name}`);
    return found;
  };
  /** What was logged, without the times. */
  const heard = () => log.map((line) => line.split(" ")[1]);
  /** The next attempt ends like this; the others are delivered. */
  const next = (fate: FrameFate) => {
    let done = false;
    bus.decideFate = () => {
      if (done) return undefined;
      done = true;
      return fate;
    };
  };
  return {
    clock,
    bus,
    log,
    states,
    severed,
    plug,
    port,
    heard,
    next,
    run: () => clock.run(clock.nowMicros() + 100_000),
  };
}

describe("arbitration and time", () => {
  it("frames queued at one moment go by identifier, each in its exact time, at every port at once", () => {
    const { port, log, run } = rig("a", "b", "c");
    const high = frame(0x500, 1, 2, 3);
    const low = frame(0x100, 9);
    port("a").transmit(high);
    port("b").transmit(low);
    run();
    const first = microsOf(low);
    const second = first + microsOf(high);
    expect(log).toEqual([
      ...[`${first} a<100`, `${first} c<100`, `${first} b>100`],
      ...[`${second} b<500`, `${second} c<500`, `${second} a>500`],
    ]);
  });

  it("a frame on the wire is not interrupted by a lower identifier", () => {
    const { port, heard, clock, run } = rig("a", "b", "c");
    port("a").transmit(frame(0x700));
    clock.run(20);
    port("b").transmit(frame(0x001));
    run();
    expect(heard().filter((line) => line?.startsWith("c"))).toEqual(["c<700", "c<1"]);
  });

  it("an FD frame takes its data phase at the data rate", () => {
    const { port, log, run } = rig("a", "b");
    const one: CanFrame = { id: 0x2aa, fd: true, data: new Uint8Array(64).fill(0x55) };
    port("a").transmit(one);
    run();
    expect(log[0]).toBe("139 b<2aa");
  });

  it("counts frames and bits by class", () => {
    const { bus, port, run } = rig("a", "b");
    const frames = [frame(0x201, 7), frame(0x2ff), frame(0x600, 1, 2, 3, 4, 5, 6, 7, 8)];
    for (const one of frames) port("a").transmit(one);
    run();
    const bits = frames.map((one) => canFrameBits(one).nominal);
    const { frames: counts, nominalBits, dataBits, errors } = bus.statistics();
    expect(counts).toEqual([0, 0, 2, 0, 0, 0, 1, 0]);
    expect(nominalBits).toEqual([0, 0, (bits[0] ?? 0) + (bits[1] ?? 0), 0, 0, 0, bits[2], 0]);
    expect(dataBits).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(errors).toBe(0);
  });

  it("a clock that is late is caught up with: as many frames as the time was long", () => {
    let now = 0;
    let wake: (() => void) | undefined;
    const clock = {
      nowMicros: () => now,
      at: (_: number, run: () => void) => {
        wake = run;
        return () => undefined;
      },
    };
    const bus = new SimulatedCanBus({ rates, fd: false, clock });
    const a = bus.attach("a");
    let received = 0;
    bus.attach("b").listen({
      frames: () => {
        received += 1;
      },
      transmitted: () => undefined,
      writable: () => undefined,
      state: () => undefined,
    });
    const one = frame(0x2aa, 1, 2, 3);
    for (let count = 0; count < 20; count++) a.transmit(one);
    wake?.();
    now = 10 * microsOf(one) + 1;
    wake?.();
    expect(received).toBe(10);
  });
});

describe("fates of a frame", () => {
  it("error: nobody gets it at first, then all, later by the error frame", () => {
    const { bus, port, log, next, run } = rig("a", "b", "c");
    next({ kind: "error" });
    const one = frame(0x200, 1);
    port("a").transmit(one);
    run();
    const end = 2 * microsOf(one) + 20;
    expect(log).toEqual([`${end} b<200`, `${end} c<200`, `${end} a>200`]);
    expect(bus.statistics().errors).toBe(1);
  });

  it("an error lets a lower identifier go before the repetition", () => {
    const { port, heard, next, clock, run } = rig("a", "b", "c");
    next({ kind: "error" });
    port("a").transmit(frame(0x700));
    clock.run(10);
    port("b").transmit(frame(0x100));
    run();
    expect(heard().filter((line) => line?.startsWith("c"))).toEqual(["c<100", "c<700"]);
  });

  it("lost at one receiver, which counts it; the sender does not know", () => {
    const { port, heard, next, run } = rig("a", "b", "c");
    next({ kind: "lost-at", ports: [port("b")] });
    port("a").transmit(frame(0x200));
    run();
    expect(heard()).toEqual(["c<200", "a>200"]);
    expect(port("b").statistics()).toMatchObject({ received: 0, dropped: 1 });
  });

  it("rejected in the last two bits: the others get it twice", () => {
    const { port, heard, next, run } = rig("a", "b", "c");
    next({ kind: "rejected-at", ports: [port("b")], senderSevered: false });
    port("a").transmit(frame(0x200));
    run();
    expect(heard()).toEqual(["c<200", "b<200", "c<200", "a>200"]);
  });

  it("rejected in the last two bits by a sender that dies: it stays with some", () => {
    const { port, heard, next, run, severed } = rig("a", "b", "c");
    next({ kind: "rejected-at", ports: [port("b")], senderSevered: true });
    port("a").transmit(frame(0x200));
    run();
    expect(heard()).toEqual(["c<200"]);
    expect(severed).toEqual(["a"]);
  });

  it.each([
    ["before", "a", []],
    ["inside", "a", []],
    ["after", "a", ["b<200", "c<200"]],
    ["before", "b", ["c<200", "a>200", "c<201", "a>201"]],
    ["inside", "b", ["c<200", "a>200", "c<201", "a>201"]],
    ["after", "b", ["b<200", "c<200", "a>200", "c<201", "a>201"]],
  ] as const)("severed %s the frame: port %s, where a is the sender", (moment, name, expected) => {
    const { port, heard, next, run, severed, states } = rig("a", "b", "c");
    next({ kind: "severed", moment, port: port(name) });
    port("a").transmit(frame(0x200));
    port("a").transmit(frame(0x201));
    run();
    expect(heard()).toEqual(expected);
    expect(severed).toEqual([name]);
    expect(states).toEqual([`${name} disconnected`]);
    expect(port(name).transmit(frame(0x200))).toBe("bus-off");
  });

  it("the decider sees every attempt, numbered", () => {
    const { bus, port, run } = rig("a", "b");
    const seen: string[] = [];
    bus.decideFate = ({ id }, sender, attempt) => {
      seen.push(`${attempt} ${sender.name} ${id.toString(16)}`);
      return attempt === 1 ? { kind: "error" } : undefined;
    };
    port("a").transmit(frame(0x100));
    port("a").transmit(frame(0x200));
    run();
    expect(seen).toEqual(["0 a 100", "1 a 200", "2 a 200"]);
  });
});

describe("faults of the bus and of a port", () => {
  it("a cut bus makes senders passive and keeps what is queued; mended, it goes out", () => {
    const { bus, port, heard, states, clock, run } = rig("a", "b");
    port("a").transmit(frame(0x200));
    clock.run(10);
    bus.cut();
    port("b").transmit(frame(0x300));
    run();
    expect(heard()).toEqual([]);
    expect(states).toEqual(["b passive", "a passive"].sort());
    bus.mend();
    run();
    expect(heard()).toEqual(["b<200", "a>200", "a<300", "b>300"]);
    expect(states.slice(2)).toEqual(["a active", "b active"]);
  });

  it("nobody acknowledges a port that is alone; the first other gets what it has queued", () => {
    const { plug, port, heard, states, run } = rig("a");
    port("a").transmit(frame(0x200));
    run();
    expect(heard()).toEqual([]);
    expect(states).toEqual(["a passive"]);
    plug("b");
    run();
    expect(heard()).toEqual(["b<200", "a>200"]);
    expect(states).toEqual(["a passive", "a active"]);
  });

  it("a deaf port hears nothing and sends", () => {
    const { bus, port, heard, run } = rig("a", "b", "c");
    bus.setDeaf(port("a"), true);
    port("a").transmit(frame(0x200));
    port("b").transmit(frame(0x300));
    run();
    expect(heard()).toEqual(["b<200", "c<200", "a>200", "c<300", "b>300"]);
    bus.setDeaf(port("a"), false);
    port("b").transmit(frame(0x301));
    run();
    expect(heard().slice(5)).toEqual(["a<301", "c<301", "b>301"]);
  });

  it("a mute port hears and cannot send; what it queued goes out when it can", () => {
    const { bus, port, heard, states, run } = rig("a", "b", "c");
    bus.setMute(port("a"), true);
    port("a").transmit(frame(0x200));
    port("b").transmit(frame(0x300));
    run();
    expect(heard()).toEqual(["a<300", "c<300", "b>300"]);
    expect(states).toEqual(["a passive"]);
    bus.setMute(port("a"), false);
    run();
    expect(heard().slice(3)).toEqual(["b<200", "c<200", "a>200"]);
  });

  it("bus-off discards the queue, and lasts until recover and 128 times 11 bits more", () => {
    const { bus, port, heard, states, clock, run } = rig("a", "b", "c");
    port("a").transmit(frame(0x200));
    port("a").transmit(frame(0x201));
    clock.run(10);
    bus.busOff(port("a"));
    expect(port("a").transmit(frame(0x202))).toBe("bus-off");
    run();
    expect(heard()).toEqual([]);
    port("a").recover();
    clock.run(clock.nowMicros() + 1407);
    expect(states).toEqual(["a bus-off"]);
    clock.run(clock.nowMicros() + 1);
    expect(states).toEqual(["a bus-off", "a active"]);
    expect(port("a").transmit(frame(0x203))).toBe("queued");
    run();
    expect(heard()).toEqual(["b<203", "c<203", "a>203"]);
  });

  it("a sender severed while its frame is on the wire: nobody gets it", () => {
    const { bus, port, heard, clock, run } = rig("a", "b", "c");
    port("a").transmit(frame(0x200));
    clock.run(30);
    bus.sever(port("a"));
    port("b").transmit(frame(0x300));
    run();
    expect(heard()).toEqual(["c<300", "b>300"]);
  });

  it("ports may close, be severed and transmit from within a callback", () => {
    const { bus, port, heard, run } = rig("b", "c", "d");
    const a = bus.attach("a");
    a.listen({
      frames: () => {
        bus.sever(port("c"));
        a.transmit(frame(0x001));
        port("d").close();
      },
      transmitted: () => a.close(),
      writable: () => undefined,
      state: () => undefined,
    });
    port("b").transmit(frame(0x200));
    port("b").transmit(frame(0x201));
    run();
    // Attached last, a hears last: all others have the frame by then.
    expect(heard()).toEqual(["c<200", "d<200", "b>200", "b<1"]);
  });
});
