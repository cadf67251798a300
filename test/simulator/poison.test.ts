import { describe, expect, test } from "vitest";
import type { CallServer } from "../../firmware/call-server/call-server.ts";
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import { type Input, input } from "../../firmware/interchange/input.ts";
import { decode } from "../../firmware/layout/layout.ts";
import { assert } from "../../firmware/result.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "./one-call.ts";

const configuration = smallRackOf(60);

const messageTypes = { IAM: 0x01, ACM: 0x06, ANM: 0x09, REL: 0x0c } as const;
const isup = (type: keyof typeof messageTypes) => (said: Input) =>
  said.kind === "isup" && said.message[0] === messageTypes[type];

/** Inputs of which the 20th of its kind is poison. */
const poisons: readonly (readonly [string, (said: Input) => boolean])[] = [
  ["IAM", isup("IAM")],
  ["ACM", isup("ACM")],
  ["ANM", isup("ANM")],
  ["REL", isup("REL")],
  ["gateway's answer to a create", ({ kind }) => kind === "created"],
];

const failures: readonly (readonly [string, () => "never returns"])[] = [
  [
    "assertion",
    () => {
      assert(false, "a broken invariant");
      return "never returns";
    },
  ],
  [
    "exception",
    () => {
      throw new TypeError("cannot read properties of undefined");
    },
  ],
  [
    "memory",
    () => {
      throw new RangeError("Array buffer allocation failed");
    },
  ],
  ["endless loop", () => "never returns"],
];

const cases = poisons.flatMap(([what, is]) => failures.map(([how, fail]) => [what, how, is, fail] as const));

describe("a poison input among many calls", () => {
  test.each(cases)("%s, %s: one call lost at most, one switchover, never both cards", (_what, _how, is, fail) => {
    let seen = 0;
    let poison: Uint8Array | undefined;
    const isPoison = (event: ApplicationEvent) => {
      if (event.kind !== "input") return false;
      const said = decode(input, event.payload);
      if (poison === undefined && said.ok && is(said.value) && ++seen === 20) poison = event.payload.slice();
      return poison !== undefined && Buffer.compare(poison, event.payload) === 0;
    };
    const rack = new SimulatedRack(configuration, {
      mix: { ringMicros: 50_000, holdMicros: 100_000 },
      watch: { sabotage: (_card, event) => (isPoison(event) ? fail() : undefined) },
    });
    rack.run(300);
    for (const exchange of rack.exchanges.values()) exchange.step({ kind: "generate", callsPerSecond: 20 });
    rack.run(1_500);
    expect(poison).toBeDefined();
    expect(rack.primaries()).toEqual([3]);
    expect(rack.log.filter((line) => line.includes("claims term"))).toHaveLength(1);
    expect(rack.log.filter((line) => line.includes("has ended the last primary"))).toHaveLength(1);
    const kept = rack.lines(3, "poison.jsonl");
    expect(kept.map((line) => JSON.parse(line).octets)).toEqual([Buffer.from(poison ?? []).toString("hex")]);
    rack.pull(2);
    poison = undefined;
    rack.insert(2);
    for (const exchange of rack.exchanges.values()) exchange.step({ kind: "generate", callsPerSecond: 0 });
    rack.run(20_000);
    expect(rack.card(2).communication.status().role).toBe("backup");
    const now = rack.clock.nowMicros();
    const all = [...rack.exchanges.values()].map(({ core }) => core.statistics(now));
    expect(all.reduce((sum, { attempts }) => sum + attempts, 0)).toBeGreaterThan(50);
    expect(all.reduce((sum, { attempts, completed }) => sum + attempts - completed, 0)).toBeLessThanOrEqual(1);
    expect(all.flatMap(({ circuitsNotIdle }) => circuitsNotIdle)).toEqual([]);
    const [a, b] = [2, 3].map((slot) => rack.card(slot).application as CallServer);
    expect(b.rows("state")).toEqual([]);
    expect(b.rows("connection")).toEqual([]);
    expect(a.digest()).toBe(b.digest());
  });
});
