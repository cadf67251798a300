import { describe, expect, it } from "vitest";
import type { PassingVoice } from "./wire.ts";
import { milli, second, Wire } from "./wire.ts";

const talk = { scenario: "answer", ring: 200 * milli, hold: 2 * second, voice: true } as const;
const withVoice = { voiceCallsMax: 100 };

function oneTalk(changes: (wire: Wire) => void = () => {}): Wire {
  const wire = new Wire(withVoice);
  changes(wire);
  wire.step("west", { kind: "call", plan: talk });
  wire.runUntilQuiet();
  return wire;
}

function loses(wire: Wire, isLost: (at: number) => boolean): void {
  const start = wire.now;
  wire.voiceTransit = (packet, from) => (from === "east" && isLost(wire.now - start) ? undefined : packet);
}

describe("voice", () => {
  it("fifty packets a second each way from answer to release, none lost", () => {
    const wire = oneTalk();
    for (const side of ["west", "east"] as const) {
      const { voice, lost } = wire.exchange(side).statistics(wire.now);
      expect(voice.sent).toBeGreaterThanOrEqual(101);
      expect(voice.sent).toBeLessThanOrEqual(104);
      expect(voice).toMatchObject({
        lost: 0,
        foreign: 0,
        afterRelease: 0,
        disordered: 0,
        conversations: 1,
        broken: 0,
        silent: 0,
      });
      expect(voice.delay).toMatchObject({ p50Millis: 1, maxMillis: 1 });
      expect(lost.stable).toBe(0);
    }
    // The called side's first packet travels with the ANM; the calling side's comes one round trip after it.
    expect(wire.west.statistics(wire.now).voice.cutThrough.maxMillis).toBe(0);
    expect(wire.east.statistics(wire.now).voice.cutThrough.maxMillis).toBe(2);
  });

  it("counts single packets that are lost, exactly, without calling the voice broken", () => {
    let passed = 0;
    const wire = oneTalk((changed) => {
      changed.voiceTransit = (packet, from) => (from === "east" && ++passed % 10 === 5 ? undefined : packet);
    });
    const { voice, lost } = wire.west.statistics(wire.now);
    expect(voice.lost).toBe(Math.floor((passed + 5) / 10));
    expect(voice).toMatchObject({ broken: 0 });
    expect(lost.stable).toBe(0);
    expect(wire.east.statistics(wire.now).voice.lost).toBe(0);
  });

  it("an interruption of 300 ms is a stable call lost", () => {
    const wire = oneTalk((changed) => loses(changed, (at) => at > 1000 * milli && at <= 1300 * milli));
    const { voice, lost, reasons, answered } = wire.west.statistics(wire.now);
    expect(voice).toMatchObject({ lost: 15, broken: 1 });
    expect({ lost, reasons, answered }).toEqual({
      lost: { setup: 0, stable: 1 },
      reasons: { "conversation: voice interrupted": 1 },
      answered: 1,
    });
  });

  it("voice that stops before the release is lost up to the release", () => {
    const wire = oneTalk((changed) => loses(changed, (at) => at > 1200 * milli));
    const { voice, lost } = wire.west.statistics(wire.now);
    expect(voice.lost).toBeGreaterThanOrEqual(48);
    expect(voice.lost).toBeLessThanOrEqual(50);
    expect(lost.stable).toBe(1);
  });

  it("a direction in which nothing came counts all as lost", () => {
    const wire = oneTalk((changed) => loses(changed, () => true));
    const { voice, lost } = wire.west.statistics(wire.now);
    expect(voice).toMatchObject({ lost: 100, silent: 1, broken: 1, received: 0 });
    expect(lost.stable).toBe(1);
  });

  it("what was lost before the first packet is cut-through, not loss", () => {
    const wire = oneTalk((changed) => loses(changed, (at) => at < 300 * milli));
    const { voice, lost } = wire.west.statistics(wire.now);
    expect(voice).toMatchObject({ lost: 0, broken: 0 });
    expect(voice.cutThrough.maxMillis).toBeGreaterThan(90);
    expect(lost.stable).toBe(0);
  });

  it("two conversations that are crossed hear foreign voices, and are lost", () => {
    const wire = new Wire(withVoice);
    const crossed = new Map([
      [1, 3],
      [3, 1],
    ]);
    wire.voiceTransit = (packet: PassingVoice, from) => {
      const isCrossed = from === "west" && wire.now > 2 * second && wire.now < 2100 * milli;
      return isCrossed ? { ...packet, cic: crossed.get(packet.cic) ?? packet.cic } : packet;
    };
    wire.step("west", { kind: "call", plan: talk });
    wire.step("west", { kind: "call", plan: talk });
    wire.runUntilQuiet();
    const east = wire.east.statistics(wire.now);
    expect(east.voice.foreign).toBeGreaterThanOrEqual(8);
    expect(east.voice).toMatchObject({ broken: 2 });
    expect(east.lost.stable).toBe(2);
    expect(east.reasons).toEqual({ "conversation: another call's voice": 2 });
    expect(wire.west.statistics(wire.now).voice.foreign).toBe(0);
  });

  it("the own voice that comes back is foreign", () => {
    const wire = new Wire(withVoice);
    wire.step("west", { kind: "call", plan: talk });
    wire.run(second);
    const own = wire.west.voice.packet(1, wire.now);
    if (own !== undefined) wire.west.voice.receive(1, own.slice(), wire.now);
    expect(wire.west.statistics(wire.now).voice.foreign).toBe(1);
  });

  it("packets under way at the release are forgiven for 200 ms, then counted", () => {
    const wire = new Wire(withVoice);
    const kept: Uint8Array[] = [];
    wire.voiceTransit = (packet, from) => {
      if (from === "east") kept.push(packet.octets.slice());
      return packet;
    };
    wire.step("west", { kind: "call", plan: talk });
    wire.runUntilQuiet();
    const before = wire.west.statistics(wire.now).voice;
    const packet = kept.at(-1) ?? new Uint8Array();
    wire.west.voice.receive(1, packet, wire.now);
    wire.run(300 * milli);
    wire.west.voice.receive(1, packet, wire.now);
    wire.west.voice.receive(1, Uint8Array.of(1, 2, 3), wire.now);
    const { voice } = wire.west.statistics(wire.now);
    expect(voice.inFlight + voice.afterRelease).toBe(before.inFlight + 2);
    expect(voice.afterRelease).toBeGreaterThanOrEqual(1);
    expect(voice).toMatchObject({ malformed: 1, foreign: 0 });
  });

  it("packets that were sent before the release but fetched after it belong to the conversation", () => {
    const wire = new Wire(withVoice);
    const held: PassingVoice[] = [];
    wire.voiceTransit = (packet, from) => {
      if (from === "west" || wire.now < 2 * second) return packet;
      held.push({ ...packet, octets: packet.octets.slice() });
      return undefined;
    };
    wire.step("west", { kind: "call", plan: talk });
    // Answered at 1.2 s, released at 3.2 s: from 2 s on the packets lie in the socket.
    wire.run(2300 * milli);
    for (const { cic, octets } of held) wire.west.voice.receive(cic, octets, wire.now);
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({ voice: { lost: 0, broken: 0 }, lost: { stable: 0 } });
  });

  it("no more calls with voice at the same time than allowed", () => {
    const wire = new Wire({ voiceCallsMax: 2 });
    wire.step("west", { kind: "generate", callsPerSecond: 10, duration: second });
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({ completed: 10, voice: { conversations: 2, lost: 0 } });
  });
});
