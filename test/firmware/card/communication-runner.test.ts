import { beforeEach, describe, expect, test } from "vitest";
import type { CommunicationOptions } from "../../../firmware/backplane/communication-processor.ts";
import {
  classOf,
  frameIdentifier,
  framePart,
  recordClass,
  slotOf,
} from "../../../firmware/backplane/frame-identifier.ts";
import { beatKind, blankBeat, heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import type { ApplicationEvent } from "../../../firmware/card/application.ts";
import { CommunicationRunner } from "../../../firmware/card/communication-runner.ts";
import { decodeLinkMessage, encodeLinkMessage } from "../../../firmware/card/link-message.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { CanFramePool, copyOfFrame } from "../../../hal/can-frame-pool.ts";
import type { CanPort, CanPortListener, CanState } from "../../../hal/can-port.ts";
import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import type { SimulatedCanPort } from "../../../hal/simulated/can-port.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { simulatedProcessorLink } from "../../../hal/simulated/processor-link.ts";

const options: CommunicationOptions = {
  slot: 2,
  kind: "call-server",
  plans: [{ group: 1, callServers: [2, 3], witnesses: [1, 4] }],
  frameOctets: 8,
  timing: { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3 },
  incarnation: 0x0201,
  realTime: true,
  configurationDigest: 7,
};

let clock = new VirtualClock();
let link = simulatedProcessorLink(clock);
let log: string[] = [];
let events: ApplicationEvent[] = [];

beforeEach(() => {
  clock = new VirtualClock();
  link = simulatedProcessorLink(clock);
  log = [];
  events = [];
  link.application.listen({
    message: (message) => events.push(decodeLinkMessage(message) as ApplicationEvent),
    writable: () => {},
    nudged: () => link.application.countProgress(),
  });
});

function run(millis: number): void {
  clock.run(clock.nowMicros() + millis * 1000);
}

function start(ports: readonly [CanPort, CanPort]): CommunicationRunner {
  return new CommunicationRunner(options, {
    ports,
    clock,
    link: link.communication,
    log: (severity, text) => log.push(`${severity}: ${text}`),
    starvedMicros: () => 0,
    milestone: () => {},
    end: (reason) => log.push(`ends: ${reason}`),
  });
}

interface Plane {
  readonly bus: SimulatedCanBus;
  readonly port: SimulatedCanPort;
  /** What everybody else is and hears. */
  readonly others: SimulatedCanPort;
  readonly heard: CanFrame[];
}

function planeOf(): Plane {
  const bus = new SimulatedCanBus({ rates: { bitRate: 1_000_000, dataBitRate: 5_000_000 }, fd: false, clock });
  const [port, others] = [bus.attach("slot 2"), bus.attach("others")];
  const heard: CanFrame[] = [];
  others.listen({
    frames: (batch) => heard.push(...batch.map(copyOfFrame)),
    transmitted: () => {},
    writable: () => {},
    state: () => {},
  });
  return { bus, port, others, heard };
}

function beat(plane: Plane, slot: number, as: number, kind: number = beatKind.identity): void {
  const fixed = { leaving: 0, realTime: 1, hung: 0, deaf: 0, term: 0, incarnation: slot, group: 1 };
  const value = kind === beatKind.identity ? slot * 256 : options.configurationDigest;
  const data = encode(heartbeat, { role: as, ...fixed, kind, value });
  plane.others.transmit({ id: frameIdentifier(recordClass.heartbeat, slot, framePart.whole), fd: false, data });
}

/** The other cards of a rack that has just been switched on beat, on both planes. */
function runAmongOthers(planes: readonly Plane[], millis: number): void {
  for (let passed = 0; passed < millis; passed += 20) {
    for (const plane of planes) {
      const kind = passed % 40 === 0 ? beatKind.identity : beatKind.configuration;
      beat(plane, 3, role.blank, kind);
      for (const witness of [1, 4]) beat(plane, witness, role.newcomer, kind);
    }
    run(20);
  }
}

function ofClass({ heard }: Plane, kind: number): readonly CanFrame[] {
  return heard.filter(({ id }) => classOf(id) === kind);
}

describe("a card on its planes", () => {
  test("listens whether its slot is free, and then beats on both at its interval", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    run(24);
    expect(planes.flatMap(({ heard }) => heard)).toEqual([]);
    run(102);
    for (const { heard } of planes) {
      expect(heard).toHaveLength(6);
      expect(heard.map(({ id }) => slotOf(id))).toEqual(Array(6).fill(2));
      const first = decode(heartbeat, heard[0].data);
      expect(first.ok && first.value).toMatchObject({
        role: role.blank,
        group: 1,
        kind: beatKind.identity,
        value: 0x0201_10,
      });
    }
  });

  test("tells its application who is heard and who is silent", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    beat(planes[1], 4, role.newcomer);
    const beatOfOther = () => {
      beat(planes[0], 3, role.blank);
      run(20);
    };
    beatOfOther();
    const heard = [3, 4].map((slot) => ({ kind: "card", slot, alive: true }) as const);
    expect(events).toEqual(expect.arrayContaining(heard));
    for (let passed = 0; passed < 100; passed += 20) beatOfOther();
    expect(events.slice(2)).toEqual([{ kind: "card", slot: 4, alive: false, performed: 0 }]);
    expect(log).toContain("warning: slot 4 is silent: counts as dead");
  });

  test("says how far its application has got", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    for (let n = 0; n < 5; n++) link.application.countProgress();
    run(30);
    const last = decode(heartbeat, planes[0].heard[planes[0].heard.length - 1].data);
    expect(last.ok && last.value.kind === beatKind.identity && last.value.value % 16).toBe(5);
  });

  test("says when its application leaves", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    runAmongOthers(planes, 100);
    link.application.send(encodeLinkMessage({ kind: "leave" }));
    runAmongOthers(planes, 100);
    const last = decode(heartbeat, planes[0].heard[planes[0].heard.length - 1].data);
    expect(last.ok && last.value.leaving).toBe(1);
  });
});

describe("a card whose application fails", () => {
  test("says so on its planes, and then ends", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    runAmongOthers(planes, 60);
    link.application.send(encodeLinkMessage({ kind: "failed", reason: "a broken invariant" }));
    run(1);
    const beats = ofClass(planes[0], recordClass.heartbeat);
    const last = decode(heartbeat, beats[beats.length - 1].data);
    expect(last.ok && last.value.hung).toBe(1);
    expect(log.slice(-2)).toEqual([
      "alarm: the application has failed: a broken invariant",
      "ends: a broken invariant",
    ]);
  });

  test("ends also when nobody can be told", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    runAmongOthers(planes, 60);
    for (const { bus } of planes) bus.cut();
    link.application.send(encodeLinkMessage({ kind: "failed", reason: "a broken invariant" }));
    run(100);
    expect(log.filter((line) => line.startsWith("ends"))).toEqual(["ends: a broken invariant"]);
  });
});

describe("a plane that is lost", () => {
  test("raises an alarm, comes back by itself, and the rack goes on meanwhile on the other", () => {
    const planes = [planeOf(), planeOf()];
    const runner = start([planes[0].port, planes[1].port]);
    runAmongOthers(planes, 60);
    planes[0].bus.busOff(planes[0].port);
    runAmongOthers(planes, 80);
    expect(log.filter((line) => line.includes("plane"))).toEqual(["alarm: plane A is bus-off"]);
    expect(runner.status().cards).toEqual([3, 1, 4].map((slot) => expect.objectContaining({ slot, alive: true })));
    runAmongOthers(planes, 60);
    expect(log.filter((line) => line.includes("plane"))).toEqual([
      "alarm: plane A is bus-off",
      "info: plane A is back",
    ]);
    expect(planes[0].port.state).toBe("active");
  });

  test("says nothing late that was meant for it while it was away", () => {
    const planes = [planeOf(), planeOf()];
    start([planes[0].port, planes[1].port]);
    runAmongOthers(planes, 200);
    // Nobody answers the claim of this card: it is repeated again and again.
    expect(ofClass(planes[0], recordClass.takeover).length).toBeGreaterThan(2);
    expect(planes[0].heard).toEqual(planes[1].heard);
    planes[0].bus.busOff(planes[0].port);
    runAmongOthers(planes, 80);
    const [missed, before] = [planes[1].heard.length, planes[0].heard.length];
    expect(missed).toBeGreaterThan(before);
    runAmongOthers(planes, 200);
    const afterA = ofClass({ ...planes[0], heard: planes[0].heard.slice(before) }, recordClass.takeover);
    const afterB = ofClass({ ...planes[1], heard: planes[1].heard.slice(missed) }, recordClass.takeover);
    expect(afterA.length).toBeGreaterThan(2);
    expect(afterA).toEqual(afterB.slice(afterB.length - afterA.length));
  });

  test("that brings many frames at once has a few taken in, and the rest as they were when the loop has turned", () => {
    let listener: CanPortListener | undefined;
    const port: CanPort = {
      frameOctetsMax: 8,
      transmit: () => "queued",
      listen: (given) => {
        listener = given;
      },
      recover: () => {},
      statistics: () => ({ sent: 0, received: 0, dropped: 0, nominalBits: 0, dataBits: 0 }),
      close: () => {},
    };
    const runner = start([port, planeOf().port]);
    const heard = () => (runner.status().cards as readonly { readonly slot: number }[]).map(({ slot }) => slot);
    const pool = new CanFramePool();
    const beatOf = (slot: number) => {
      const octets = encode(heartbeat, { ...blankBeat(), group: 1, incarnation: slot });
      const frame = pool.take(frameIdentifier(recordClass.heartbeat, slot, framePart.whole), false, octets.length);
      frame.data.set(octets);
      pool.hold(frame);
      return frame;
    };
    const frames = Array.from({ length: 40 }, (_, index) => beatOf(index < 39 ? 3 : 4));
    listener?.frames(frames);
    expect(heard()).toEqual([3]);
    // The port uses its frames for others.
    for (const frame of frames) pool.release(frame);
    for (let index = 0; index < 40; index++) beatOf(1);
    run(1);
    expect(heard()).toEqual([3, 4]);
  });

  test("is tried again and again, until it is there", () => {
    let listener: CanPortListener | undefined;
    let state: CanState = "active";
    const tries: number[] = [];
    const port: CanPort = {
      frameOctetsMax: 8,
      transmit: () => (state === "active" ? "queued" : "bus-off"),
      listen: (given) => {
        listener = given;
      },
      recover: () => {
        tries.push(clock.nowMicros());
      },
      statistics: () => ({ sent: 0, received: 0, dropped: 0, nominalBits: 0, dataBits: 0 }),
      close: () => {},
    };
    const enter = (next: CanState) => {
      state = next;
      listener?.state(next);
    };
    const runner = start([planeOf().port, port]);
    run(10);
    expect(runner.status().planeStates).toEqual(["active", "active"]);
    enter("bus-off");
    enter("disconnected");
    run(350);
    expect(runner.status().planeStates).toEqual(["active", "disconnected"]);
    expect(tries).toEqual([110_000, 210_000, 310_000]);
    enter("active");
    run(500);
    expect(runner.status().planeStates).toEqual(["active", "active"]);
    expect(tries).toHaveLength(3);
    expect(log).toEqual(["alarm: plane B is bus-off", "alarm: plane B is disconnected", "info: plane B is back"]);
  });
});
