/**
 * A LIM or a transporter goes at every frame of a call, in a rack that has two of each. What a LIM had taken off its association
 * and not yet put on the bus, the other one says where exchanges send to both. Where they share their messages it is lost: the one
 * exception of the promise, which is counted here.
 */
import { expect, test } from "vitest";
import { input } from "../../firmware/interchange/input.ts";
import { decode } from "../../firmware/layout/layout.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { isAtRest } from "../../tools/simulator/final-judgement.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";

const { configuration: redundant } = readConfiguration("boards/simulated/redundant.yaml");

/** The rack with a few circuits on classic CAN, its exchanges in this traffic mode. */
function rackWith(trafficMode: "broadcast" | "loadshare") {
  return {
    ...redundant,
    bus: { ...redundant.bus, frames: "classic" as const },
    exchanges: redundant.exchanges.map((exchange) => ({ ...exchange, trafficMode })),
    trunkGroups: redundant.trunkGroups.map((group) => ({ ...group, lastCic: 4 })),
  };
}

const configurations = { broadcast: rackWith("broadcast"), loadshare: rackWith("loadshare") };
const mix = { ringMicros: 30_000, holdMicros: 60_000 };
const shortMix = { ringMicros: 5_000, holdMicros: 5_000 };
/** A LIM was found dead: what it had sent, and not yet said that it had, comes again, if need be behind the next message (Q.764 2.9.5.1). */
const harmless: readonly string[] = ["ACM in conversing"];
const startMillis = 200;
/** A call that is not over by then never will be. */
const callMillis = 500;
/** A card that is gone is found dead within this time, and what it leaves is done. */
const successionMillis = 150;

interface Outcome {
  readonly calls: readonly string[];
  readonly connected: number;
  readonly notIdle: number;
  readonly records: number;
  /** Messages that came out of place, and not only a second time. */
  readonly unexpected: readonly string[];
}

interface Run {
  readonly outcome: Outcome;
  readonly transmissions: number;
  /** Messages that an exchange had given the card and no call server heard of. */
  readonly lost: number;
  /** Messages of the call that two LIMs said. */
  readonly double: number;
  readonly story: string;
}

const never = -1;

/** What befalls the card. */
interface Fate {
  /** Its application stands still for so long before it is pulled: what its communication processor follows, nobody performs. */
  readonly hungMillis?: number;
  /** It is not pulled but stands still for so long as a whole, and goes on with all that has waited for it. */
  readonly frozenMillis?: number;
  /** The call is over before the card goes on, though what the card was to send was waited for until it was found dead. */
  readonly shortCall?: boolean;
  /** The gateway calls its connections otherwise than another transporter would guess. */
  readonly ownNames?: boolean;
}

/** One call from west to east. `at`: the transmission on plane A, from the IAM on, at which the card meets its fate. */
function oneCall(
  mode: keyof typeof configurations,
  slot: number,
  at: number,
  { hungMillis = 0, frozenMillis = 0, shortCall = false, ownNames = false }: Fate = {},
): Run {
  const heard = new Set<number>();
  const rack = new SimulatedRack(configurations[mode], {
    mix: shortCall ? shortMix : mix,
    nameOfConnection: ownNames ? (connection) => `c0ffee${connection.toString(16)}` : undefined,
    watch: {
      observe: (_card, event) => {
        if (event.kind === "input" && event.slot === slot && isSignalling(event.payload)) heard.add(event.number);
      },
    },
  });
  rack.run(startMillis);
  const doubleAtFirst = doubleAt(rack, rack.primaries()[0]);
  let transmissions = 0;
  let doneMicros = 0;
  rack.buses[0].decideFate = (_frame, sender) => {
    if (transmissions++ !== at) return undefined;
    doneMicros = rack.clock.nowMicros() + (frozenMillis + hungMillis + successionMillis) * 1000;
    if (frozenMillis > 0) {
      rack.clock.at(rack.clock.nowMicros(), () => rack.card(slot).freeze());
      rack.clock.at(rack.clock.nowMicros() + frozenMillis * 1000, () => rack.card(slot).thaw(true));
      return undefined;
    }
    rack.clock.at(rack.clock.nowMicros() + hungMillis * 1000, () => rack.pull(slot));
    if (hungMillis > 0) {
      rack.clock.at(rack.clock.nowMicros(), () => rack.card(slot).hang());
      return undefined;
    }
    return sender === rack.card(slot).ports[0] ? { kind: "severed", moment: "before", port: sender } : undefined;
  };
  rack.exchange("west").step({ kind: "call" });
  const isOver = () => (at === never || doneMicros > 0) && rack.clock.nowMicros() >= doneMicros && isAtRest(rack);
  for (let passed = 0; passed < callMillis && !isOver(); passed++) rack.run(1);
  rack.buses[0].decideFate = undefined;
  const now = rack.clock.nowMicros();
  const cores = [...rack.exchanges.values()].map(({ core }) => core.statistics(now));
  const [primary] = rack.primaries();
  const outcome = {
    calls: rack
      .exchange("west")
      .reports.map((report) => (report.kind === "call" ? `${report.call.outcome}` : report.kind)),
    connected: [...rack.gateways.values()].reduce((sum, { connected }) => sum + connected.length, 0),
    notIdle: cores.reduce((sum, { circuitsNotIdle }) => sum + circuitsNotIdle.length, 0),
    records: rack.lines(primary, "cdr.jsonl").length,
    unexpected: cores.flatMap(({ unexpected }) => Object.keys(unexpected).filter((what) => !harmless.includes(what))),
  };
  const double = doubleAt(rack, primary) - doubleAtFirst;
  const sent = [...rack.exchanges.values()].reduce((sum, { sentTo }) => sum + (sentTo.get(slot) ?? 0), 0);
  const seen = [...rack.exchanges].map(([name, { seen }]) => `${name}: ${seen.join(", ")}`).join("\n");
  const story = `${seen}\n${rack.log.filter((line) => !line.includes("is heard")).join("\n")}`;
  // Of what goes to both LIMs, the other says what this one does not.
  return { outcome, transmissions, double, lost: mode === "loadshare" ? sent - heard.size : 0, story };
}

/** Copies that a call server has put aside. */
function doubleAt(rack: SimulatedRack, slot: number): number {
  return Number(rack.card(slot).application.status().inputsDouble);
}

function isSignalling(payload: Uint8Array): boolean {
  const decoded = decode(input, payload);
  return decoded.ok && decoded.value.kind === "isup";
}

test.each([
  ["broadcast", "LIM in slot", 1, "is pulled", {}],
  ["broadcast", "LIM in slot", 2, "is pulled", {}],
  ["broadcast", "transporter in slot", 5, "is pulled", {}],
  ["broadcast", "transporter in slot", 6, "is pulled", {}],
  ["broadcast", "transporter in slot", 5, "is pulled, and the gateway has names of its own", { ownNames: true }],
  ["broadcast", "LIM in slot", 1, "is busy for 60 ms, then pulled", { hungMillis: 60 }],
  ["broadcast", "LIM in slot", 2, "is busy for 60 ms, then pulled", { hungMillis: 60 }],
  ["broadcast", "LIM in slot", 1, "is frozen for 150 ms", { frozenMillis: 150 }],
  ["broadcast", "LIM in slot", 1, "is frozen for 145 ms, and the call is over", { frozenMillis: 145, shortCall: true }],
  ["broadcast", "LIM in slot", 2, "is frozen for 145 ms, and the call is over", { frozenMillis: 145, shortCall: true }],
  ["broadcast", "transporter in slot", 5, "is frozen for 150 ms", { frozenMillis: 150 }],
  ["loadshare", "LIM in slot", 1, "is pulled", {}],
  ["loadshare", "LIM in slot", 2, "is busy for 60 ms, then pulled", { hungMillis: 60 }],
] as const)("traffic mode %s: %s %i %s", (mode, _, slot, _how, fate) => {
  const undisturbed = oneCall(mode, slot, never, {
    shortCall: "shortCall" in fate,
    ownNames: "ownNames" in fate,
  });
  expect(undisturbed.outcome).toEqual({
    calls: ["completed"],
    connected: 0,
    notIdle: 0,
    records: 1,
    unexpected: [],
  });
  expect(undisturbed).toMatchObject({ lost: 0, double: 0 });
  const others: string[] = [];
  let excepted = 0;
  for (let at = 0; at < undisturbed.transmissions; at++) {
    const { outcome, lost, story } = oneCall(mode, slot, at, fate);
    if (lost > 0) excepted++;
    else if (JSON.stringify(outcome) !== JSON.stringify(undisturbed.outcome)) {
      others.push(`transmission ${at}: ${JSON.stringify(outcome)}\n${story}`);
    }
  }
  console.log(
    `${mode}, slot ${slot}: ${undisturbed.transmissions} runs, ${others.length} with another outcome; in ${excepted} a message was lost with the card`,
  );
  expect(others.join("\n\n")).toBe("");
  if (mode === "broadcast") expect(excepted).toBe(0);
});

test("a LIM and a transporter that stood still are found dead, dismissed, and admitted again: both LIMs are used as before", () => {
  const rack = new SimulatedRack(configurations.broadcast, { mix: shortMix });
  rack.run(startMillis);
  const sentBy = (slot: number) => {
    const { sent } = rack.card(slot).application.status() as { readonly sent: Readonly<Record<string, number>> };
    return Object.values(sent).reduce((sum, count) => sum + count, 0);
  };
  const sentInCalls = () => {
    const before = [1, 2].map(sentBy);
    for (let call = 0; call < 4; call++) rack.exchange("west").step({ kind: "call" });
    rack.run(100);
    return [1, 2].map((slot, place) => sentBy(slot) - before[place]);
  };
  const usual = sentInCalls();
  expect(Math.min(...usual)).toBeGreaterThan(0);
  for (const slot of [1, 5]) rack.card(slot).freeze();
  rack.run(145);
  expect(sentInCalls()[0]).toBe(0);
  for (const slot of [1, 5]) rack.card(slot).thaw(true);
  rack.run(60);
  for (const slot of [1, 5]) {
    const said = rack.log.filter((line) => line.includes(`slot ${slot} `) && line.endsWith("info: is admitted again"));
    expect(said).toHaveLength(1);
  }
  expect(sentInCalls()).toEqual(usual);
  expect(rack.exchanges.get("west")?.core.statistics(rack.clock.nowMicros())).toMatchObject({
    attempts: 12,
    completed: 12,
  });
});
