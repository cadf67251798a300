import { describe, expect, test } from "vitest";
import type { ToyRack } from "./toy-rack.ts";
import { sayAll, started, values, wrong } from "./toy-words.ts";

const other = { configurationDigest: 0xabcdef };
const alarms = (rack: ToyRack) => rack.lines.filter((line) => line.includes("alarm"));
const inService = { 1: "witness", 2: "primary", 3: "backup", 4: "witness" };

describe("a card with another configuration", () => {
  test.each([
    [3, "blank"],
    [1, "newcomer"],
    [4, "newcomer"],
  ])("that is inserted in slot %d is kept out of service, and both digests are said", (slot, role) => {
    const rack = started();
    rack.pull(slot);
    rack.run(100);
    rack.insert(slot, other);
    rack.run(1_000);
    expect(rack.roles()).toEqual({ ...inService, [slot]: role });
    expect(rack.status(slot).outOfService).toBe("slot 2 has configuration 000001, and this card abcdef");
    expect([...rack.callServer(2).gone]).toEqual([slot]);
    const said = alarms(rack).filter((line) => line.includes("configuration"));
    expect(said.map((line) => line.slice(line.indexOf(" ") + 1)).sort()).toEqual(
      [
        `slot 2 alarm: slot ${slot} has configuration abcdef, and this card 000001: is kept out of service`,
        `slot ${slot} alarm: slot 2 has configuration 000001, and this card abcdef: one of the two is kept out of service`,
      ].sort(),
    );
    rack.pull(slot);
    rack.run(100);
    rack.insert(slot);
    rack.run(500);
    expect(rack.roles()).toEqual(inService);
    expect([...rack.callServer(2).gone]).toEqual([]);
  });

  test("does not take over when the primary goes", () => {
    const rack = started();
    rack.pull(3);
    rack.run(100);
    rack.insert(3, other);
    rack.run(500);
    rack.pull(2);
    rack.run(3_000);
    expect(rack.primaries()).toEqual([]);
    rack.insert(2);
    rack.run(3_000);
    expect(rack.primaries()).toEqual([2]);
  });

  test.each([2, 3, 1, 4])("in slot %d at a cold start: the other three begin without it", (slot) => {
    const rack = started([], { unlike: { [slot]: other } });
    rack.run(1_000);
    const primary = slot === 2 ? 3 : 2;
    expect(rack.primaries()).toEqual([primary]);
    expect(rack.roles()).toMatchObject({ [slot]: slot === 1 || slot === 4 ? "newcomer" : "blank" });
  });

  test("of two against two nobody begins, and everybody says why", () => {
    const rack = started([], { unlike: { 3: other, 4: other } });
    rack.run(3_000);
    expect(rack.primaries()).toEqual([]);
    const saying = new Set(alarms(rack).map((line) => line.split(" ")[2]));
    expect([...saying].sort()).toEqual(["1", "2", "3", "4"]);
  });
});

test("a card of another kind than rack.yaml says is kept out of service", () => {
  const rack = started();
  rack.pull(1);
  rack.run(100);
  rack.insert(1, { kind: "transporter" });
  rack.run(500);
  expect(rack.roles()).toEqual({ ...inService, 1: "newcomer" });
  const said = alarms(rack).filter((line) => line.includes("slot 2 alarm"));
  expect(said.map((line) => line.split("alarm: ")[1])).toEqual([
    "slot 1 holds a transporter, and rack.yaml says lim: is kept out of service",
  ]);
});

describe("two cards in one slot", () => {
  test.each([1, 2, 3, 4])("slot %d: the newcomer says nothing at all, and nothing happens to the group", (slot) => {
    const rack = started();
    const first = rack.card(slot);
    const newcomer = rack.insert(slot);
    rack.cards.set(slot, first);
    sayAll(rack);
    rack.run(2_000);
    expect(newcomer.ports.map((port) => port.statistics().sent)).toEqual([0, 0]);
    expect(newcomer.communication.status().outOfService).toBe("its slot is taken");
    expect(rack.roles()).toEqual(inService);
    expect(wrong(rack)).toBeUndefined();
    expect(alarms(rack).map((line) => line.split("alarm: ")[1])).toEqual([
      `there is another card in slot ${slot}: this card stays silent`,
    ]);
  });

  test("when the first is taken out, the other one begins", () => {
    const rack = started();
    const first = rack.card(3);
    rack.insert(3);
    sayAll(rack);
    rack.run(500);
    first.pull(rack.buses);
    rack.run(900);
    expect(rack.status(3).outOfService).toBe("its slot is taken");
    rack.run(600);
    expect(rack.roles()).toEqual(inService);
    expect(rack.callServer(3).values).toEqual(rack.callServer(2).values);
  });

  test("one that is heard in spite of that is an alarm at the card that was first", () => {
    const rack = started();
    const first = rack.card(3);
    // Deaf at first, it does not know that its slot is taken.
    const newcomer = rack.insert(3);
    const setDeaf = (deaf: boolean) => {
      rack.buses.forEach((bus, plane) => {
        bus.setDeaf(newcomer.ports[plane], deaf);
      });
    };
    setDeaf(true);
    rack.run(60);
    setDeaf(false);
    rack.run(500);
    rack.cards.set(3, first);
    expect(rack.roles()).toEqual(inService);
    expect(new Set(alarms(rack).map((line) => line.split("alarm: ")[1]))).toEqual(
      new Set([
        "there is another card in slot 3: that one should be taken out",
        "there is another card in slot 3: this card stays silent",
      ]),
    );
    sayAll(rack);
    expect(rack.callServer(3).values).toEqual(expect.arrayContaining([...values]));
  });
});
