/** Every row of the table: over statuses as a card tells them, and over those of racks in the simulator. */
import { describe, expect, test } from "vitest";
import { AlarmList } from "../../../firmware/alarms/alarm-list.ts";
import type { CardSight } from "../../../firmware/alarms/card-sight.ts";
import { conditions, events } from "../../../firmware/alarms/conditions.ts";
import { probableCauses } from "../../../firmware/alarms/probable-cause.ts";
import { severities } from "../../../firmware/alarms/severity.ts";
import { applicationStatus, communicationStatus } from "../../../firmware/card/card-status.ts";
import type { Card } from "../../../firmware/configuration/rack-schema.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "../../simulator/one-call.ts";

const cards: readonly Card[] = [
  { slot: 1, kind: "lim" },
  { slot: 2, kind: "call-server", group: 1 },
  { slot: 3, kind: "call-server", group: 1 },
  { slot: 4, kind: "transporter" },
];
const heard = (slot: number, role: string, more = {}) => ({
  ...{ slot, role, alive: true, realTime: true, limitMicros: 15_000 },
  ...more,
});

interface Told {
  readonly slot?: number;
  readonly communication?: Readonly<Record<string, unknown>>;
  readonly application?: Readonly<Record<string, unknown>>;
}

/** Slot 2 of a rack that is well, and what is otherwise. */
function sightOf({ slot = 2, communication, application }: Told): CardSight {
  const all = { 1: "witness", 2: "primary", 3: "backup", 4: "witness" };
  const others = Object.entries(all).filter(([other]) => Number(other) !== slot);
  const role = all[slot as keyof typeof all];
  return {
    slot,
    cards,
    communication: communicationStatus({
      ...{ role, groups: [{ group: 1, role, term: 1 }], hung: false, deaf: false, mute: false, realTime: true },
      ...{ planes: [{ dropped: 0 }, { dropped: 0 }], planeStates: ["active", "active"] },
      cards: others.map(([other, its]) => heard(Number(other), its)),
      ...communication,
    }),
    application: applicationStatus({
      ...{ circuitsInReset: 0, circuitsLocallyBlocked: 0, blockingStates: "stored", congestionLevel: 0 },
      ...application,
    }),
  };
}

/** `name object` of what is found, without regard to how long it has lasted. */
function found(sight: CardSight, before?: CardSight): string[] {
  return conditions.flatMap(({ name, find }) => find(sight, before).map(({ object }) => `${name} ${object}`));
}

const roster = (...changed: { readonly slot: number }[]) =>
  [heard(1, "witness"), heard(3, "backup"), heard(4, "witness")].map(
    (each) => changed.find(({ slot }) => slot === each.slot) ?? each,
  );

// biome-ignore format: a row a condition
const rows: readonly (readonly [string, Told, readonly string[]])[] = [
  ["all is well", {}, []],
  ["nothing has been told yet", { communication: { cards: undefined, groups: undefined, planeStates: undefined, realTime: undefined } }, []],
  ["plane A is bus-off", { communication: { planeStates: ["bus-off", "active"] } }, ["plane-lost plane A"]],
  ["the interface of plane B is gone", { communication: { planeStates: ["active", "disconnected"] } }, ["plane-lost plane B"]],
  ["both planes are cut", { communication: { planeStates: ["passive", "passive"] } }, ["plane-cut plane A", "plane-cut plane B"]],
  ["frames were missed", { communication: { planes: [{ dropped: 0 }, { dropped: 3 }] } }, ["receive-drops plane B at slot 2"]],
  ["a card was never heard", { communication: { cards: [heard(1, "witness"), heard(3, "backup")] } }, ["card-missing slot 4"]],
  ["a card is dead", { communication: { cards: roster(heard(1, "witness", { alive: false })) } }, ["card-missing slot 1"]],
  ["the backup is dead", { communication: { cards: roster(heard(3, "backup", { alive: false })) } }, ["card-missing slot 3", "no-backup group 1"]],
  ["the backup is not complete", { communication: { cards: roster(heard(3, "incomplete")) } }, ["no-backup group 1"]],
  ["the backup hangs", { communication: { cards: roster(heard(3, "backup", { hung: true })) } }, ["card-hung slot 3", "no-backup group 1"]],
  ["the backup is deaf", { communication: { cards: roster(heard(3, "backup", { deaf: true })) } }, ["card-deaf slot 3", "no-backup group 1"]],
  ["this card hangs", { communication: { hung: true } }, ["card-hung slot 2", "no-primary group 1"]],
  ["this card is mute", { communication: { mute: true } }, ["card-mute slot 2", "no-primary group 1"]],
  ["this card hears nobody, and says nothing of the others", { communication: { deaf: true, cards: [] } }, ["card-deaf slot 2"]],
  ["a card babbles", { communication: { cards: roster(heard(4, "witness", { babblesOn: "B" })) } }, ["card-babbles slot 4"]],
  ["a card has another configuration", { communication: { cards: roster(heard(4, "newcomer", { objection: "slot 4 has configuration 2" })) } }, ["configuration-differs slot 4"]],
  ["this card is kept out", { slot: 4, communication: { outOfService: "its slot is taken" } }, ["out-of-service slot 4"]],
  ["no real-time priority", { communication: { realTime: false } }, ["no-real-time slot 2"]],
  ["a LIM sees a group without a primary", { slot: 1, communication: { cards: [heard(2, "blank"), heard(3, "blank"), heard(4, "witness")] } }, ["no-primary group 1"]],
  ["congestion", { application: { congestionLevel: 1 } }, ["congestion group 1"]],
  ["a poisonous input", { application: { inputsPoisoned: 1 } }, ["input-poisoned group 1"]],
  ["the clock was set", { application: { clockCorrections: 1 } }, ["clock-jump group 1"]],
  ["circuits are blocked", { application: { circuitsLocallyBlocked: 4 } }, ["circuits-blocked group 1"]],
  ["circuits are blocked, and this is the backup", { slot: 3, application: { circuitsLocallyBlocked: 4 } }, []],
  ["circuits are in reset", { application: { circuitsInReset: 4 } }, ["circuits-in-reset group 1"]],
  ["maintenance is alerted of a circuit", { application: { circuitAlarms: 2 } }, ["circuit-procedure group 1"]],
  ["the disk is full", { application: { blockingStates: "full" } }, ["blocking-not-stored disk of slot 2"]],
  ["blocking waits for the disk", { application: { blockingStates: "waiting" } }, []],
  ["an association is down", { slot: 1, application: { exchanges: { west: { available: false }, east: { available: true } } } }, ["association-down association west at slot 1"]],
  ["a gateway does not answer", { slot: 4, application: { gateways: { gw1: { state: "unreachable" }, gw2: { state: "unknown" } } } }, ["gateway-down gateway gw1"]],
];

test.each(rows)("%s", (_, told, expected) => {
  expect(found(sightOf(told)).sort()).toEqual([...expected].sort());
});

test("every row has been seen", () => {
  const names = rows.flatMap(([, , expected]) => expected.map((each) => each.slice(0, each.indexOf(" "))));
  expect(conditions.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
});

test("every row has a name of its own, and every kind of cause is one of X.733 or X.736", () => {
  const names = [...conditions, ...events].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { severity, cause } of [...conditions, ...events]) {
    expect(severities).toContain(severity);
    expect(Object.keys(probableCauses)).toContain(cause);
  }
});

test("a count that does not grow is no news", () => {
  const sight = sightOf({
    communication: { planes: [{ dropped: 7 }, { dropped: 7 }] },
    application: { inputsPoisoned: 1, circuitAlarms: 3, clockCorrections: 2 },
  });
  expect(found(sight, sight)).toEqual([]);
});

const configuration = smallRackOf(8);

/** Every card of a rack in the simulator with its alarms, looked at as often as a card does. */
class WatchedRack {
  readonly rack = new SimulatedRack(configuration);
  readonly #lists = new Map(this.rack.slots.map((slot) => [slot, new AlarmList()]));

  run(millis: number): void {
    for (let done = 0; done < millis; done += 200) {
      this.rack.run(200);
      for (const card of this.rack.cards) {
        if (card.pulled) continue;
        const communication = communicationStatus({
          ...card.communication.status(),
          realTime: true,
        });
        const application = applicationStatus(card.application.status());
        const sight = { slot: card.slot, cards: configuration.cards, communication, application };
        const { clock } = this.rack;
        this.list(card.slot).examine(sight, { nowMicros: clock.nowMicros(), wallMillis: clock.wallMillis() });
      }
    }
  }

  list(slot: number): AlarmList {
    const list = this.#lists.get(slot);
    if (list === undefined) throw new Error(`no slot ${slot}`);
    return list;
  }

  standing(slot: number): string[] {
    return this.list(slot)
      .standing()
      .map(({ name, object }) => `${name} ${object}`)
      .sort();
  }
}

describe("in a rack of the simulator", () => {
  test("nothing stands when it is up", () => {
    const watched = new WatchedRack();
    watched.run(4000);
    for (const slot of watched.rack.slots) {
      expect(watched.standing(slot)).toEqual([]);
    }
  });

  test("the primary is pulled and put back: all others miss it and the group is unprotected, until it is back", () => {
    const watched = new WatchedRack();
    watched.run(4000);
    const [primary] = watched.rack.primaries();
    watched.rack.pull(primary);
    watched.run(2000);
    const others = watched.rack.slots.filter((slot) => slot !== primary);
    for (const slot of others) {
      expect(watched.standing(slot)).toEqual([`card-missing slot ${primary}`, "no-backup group 1"]);
    }
    watched.rack.insert(primary);
    watched.run(4000);
    for (const slot of others) {
      expect(watched.standing(slot)).toEqual([]);
      expect(watched.list(slot).list()).toHaveLength(2);
    }
  });

  test("the clock of the primary is set, and circuits are blocked", () => {
    const watched = new WatchedRack();
    watched.run(4000);
    const [primary] = watched.rack.primaries();
    watched.rack.setClock(primary, 3_600_000);
    const command = { verb: "block", exchange: "west", firstCic: 1, lastCic: 2 } as const;
    watched.rack.card(primary).event({ kind: "operator", command });
    watched.run(2000);
    expect(watched.standing(primary)).toEqual(["circuits-blocked group 1", "clock-jump group 1"]);
  });

  test("the application of the backup hangs: everybody tells it, of the same object", () => {
    const watched = new WatchedRack();
    watched.run(4000);
    const [primary] = watched.rack.primaries();
    const backup = primary === 2 ? 3 : 2;
    watched.rack.card(backup).hang();
    watched.run(2000);
    for (const slot of watched.rack.slots) {
      expect(watched.standing(slot)).toEqual([`card-hung slot ${backup}`, "no-backup group 1"]);
    }
  });
});
