/** The power of a whole rack fails with circuits blocked at both ends; and disks that are full, slow, damaged or old. */
import { describe, expect, test } from "vitest";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { OperatorCommand } from "../../firmware/card/operator-command.ts";
import { bringIntoService, countCalls, endCalls, offerCalls, waitFor } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { expect as hear, send } from "./catalogue/scenario.ts";
import { smallRackOf } from "./one-call.ts";

const circuits = 40;
const callServers = [2, 3];

function startedRack(): SimulatedRack {
  const rack = new SimulatedRack(smallRackOf(circuits), { mix: { ringMicros: 20_000, holdMicros: 100_000 } });
  bringIntoService(rack);
  return rack;
}

function serverIn(rack: SimulatedRack, slot: number): CallServer {
  const { application } = rack.card(slot);
  if (application instanceof CallServer) return application;
  throw new Error(`slot ${slot} is no call server`);
}

const primaryOf = (rack: SimulatedRack) => serverIn(rack, rack.primaries()[0]);

function operate(rack: SimulatedRack, verb: OperatorCommand["verb"], firstCic: number, lastCic = firstCic): void {
  const command: OperatorCommand = { verb, exchange: "east", firstCic, lastCic };
  for (const slot of rack.primaries()) rack.card(slot).fromWorld({ kind: "operator", command });
  rack.run(50);
}

/** The circuits to the east that are blocked, and by whom. */
function blocked(rack: SimulatedRack): readonly string[] {
  return primaryOf(rack)
    .rows("blocking")
    .map(
      ({ name, local, remoteMaintenance }) => `${String(name)} ${String(local)}${remoteMaintenance ? " remote" : ""}`,
    );
}

function insertAll(rack: SimulatedRack, slots: readonly number[] = rack.slots): void {
  for (const slot of slots) rack.insert(slot);
  bringIntoService(rack);
  rack.run(100);
}

/** Calls for a second, and the circuits to the east that they took, by CIC. */
function callsForASecond(rack: SimulatedRack): ReadonlySet<number> {
  const { seen } = rack.exchange("east");
  const from = seen.length;
  const before = countCalls(rack);
  offerCalls(rack, 20);
  rack.run(1_000);
  endCalls(rack);
  rack.run(100);
  const after = countCalls(rack);
  expect(after.attempted).toBeGreaterThan(before.attempted);
  expect(after.lost).toBe(before.lost);
  const iams = seen.slice(from).filter(({ direction, octets }) => direction === "received" && octets[2] === 0x01);
  return new Set(iams.map(({ octets }) => octets[0]));
}

describe("all cards lose their power, and are put back", () => {
  test("circuits that were blocked are blocked again, at both ends, and calls go over the others", () => {
    const rack = startedRack();
    operate(rack, "block", 1, 4);
    const before = ["east/1 blocked", "east/2 blocked", "east/3 blocked", "east/4 blocked"];
    expect(blocked(rack)).toEqual(before);

    rack.failPower();
    rack.run(1_000);
    const { seen } = rack.exchange("east");
    const from = seen.length;
    insertAll(rack);
    const said = seen.slice(from).map(({ direction, octets }) => `${direction} ${octets[2].toString(16)}`);
    // GRS, GRA, CGB, CGBA.
    for (const message of ["received 17", "sent 29", "received 18", "sent 1a"]) expect(said).toContain(message);
    expect(blocked(rack)).toEqual(before);
    const taken = callsForASecond(rack);
    for (const cic of [1, 2, 3, 4]) expect(taken).not.toContain(cic);
    operate(rack, "unblock", 1, 4);
    expect(blocked(rack)).toEqual([]);
  });

  test("a circuit that the exchange had blocked stays so until the exchange says otherwise", () => {
    const rack = startedRack();
    const script = rack.exchange("east").play({ name: "block", ignore: [], steps: [send("BLO"), hear("BLA")] }, [12]);
    rack.run(100);
    expect(script.result).toMatchObject({ passed: true });
    expect(blocked(rack)).toEqual(["east/12 unblocked remote"]);
    rack.failPower();
    rack.run(500);
    for (const slot of rack.slots) rack.insert(slot);
    waitFor(rack, 2_000, "primary", () => rack.primaries().length > 0 && blocked(rack).length > 0);
    expect(blocked(rack)).toEqual(["east/12 unblocked remote"]);
    // The exchange has forgotten it, and says so in its answer to the reset.
    bringIntoService(rack);
    expect(blocked(rack)).toEqual([]);
  });

  test("whichever disk is the newer one, and whichever card is primary first", () => {
    for (const away of callServers) {
      const rack = startedRack();
      operate(rack, "block", 1);
      rack.run(50);
      rack.pull(away);
      rack.run(200);
      operate(rack, "block", 7);
      operate(rack, "unblock", 1);
      rack.failPower();
      rack.run(500);
      insertAll(rack);
      expect(blocked(rack), `slot ${away} was away`).toEqual(["east/7 blocked"]);
      expect(rack.primaries()).toEqual([2]);
    }
  });

  test("a damaged disk is an alarm, and the other one counts", () => {
    const rack = startedRack();
    operate(rack, "block", 1);
    rack.failPower();
    rack.disk(2).values.damage("blocking");
    rack.run(500);
    insertAll(rack);
    expect(blocked(rack)).toEqual(["east/1 blocked"]);
    expect(rack.log.filter((line) => line.includes("alarm"))).toEqual([
      expect.stringContaining("slot 2 alarm: blocking states cannot be read from the disk (corrupt)"),
    ]);
  });

  test("no call detail record is double, and each that both had written is there, though the last ones may be in part", () => {
    for (const laterMillis of [1, 7, 40, 111, 333]) {
      const rack = startedRack();
      offerCalls(rack, 40);
      rack.run(1_000 + laterMillis);
      const written = callServers.map((slot) => rack.lines(slot, "cdr.jsonl"));
      rack.failPower();
      offerCalls(rack, 0);
      rack.run(500);
      insertAll(rack);
      callServers.forEach((slot, place) => {
        const lines = rack.lines(slot, "cdr.jsonl");
        expect(new Set(lines).size).toBe(lines.length);
        expect(lines.slice(0, written[place].length - 1)).toEqual(written[place].slice(0, -1));
      });
    }
  });
});

describe("disks that do not do what they should", () => {
  test("full: alarms, no call lost, and every record in both files when there is room again", () => {
    const rack = startedRack();
    callsForASecond(rack);
    for (const slot of callServers) {
      rack.disk(slot).files.resize(0);
      rack.disk(slot).values.resize(0);
    }
    const before = callServers.map((slot) => rack.lines(slot, "cdr.jsonl").length);
    operate(rack, "block", 1);
    callsForASecond(rack);
    expect(callServers.map((slot) => rack.lines(slot, "cdr.jsonl").length)).toEqual(before);
    const alarms = rack.log.filter((line) => line.includes("alarm")).map((line) => line.replace(/^\S+ /, ""));
    expect(alarms.sort()).toEqual(
      callServers.flatMap((slot) => [
        `slot ${slot} alarm: blocking states are not stored: the disk is full; after a power failure they would be gone`,
        `slot ${slot} alarm: storage of cdr.jsonl fails: full`,
      ]),
    );
    for (const slot of callServers) {
      rack.disk(slot).files.resize(1e9);
      rack.disk(slot).values.resize(1e9);
    }
    rack.run(1_100);
    const { attempted } = countCalls(rack);
    for (const slot of callServers) expect(rack.lines(slot, "cdr.jsonl")).toHaveLength(attempted);
    const cleared = rack.log.filter((line) => /works again|stored again/.test(line));
    expect(cleared).toHaveLength(2 * callServers.length);
    rack.failPower();
    rack.run(500);
    insertAll(rack);
    expect(blocked(rack)).toEqual(["east/1 blocked"]);
  });

  test("one is full, and its card is pulled with what waits in it: it is given the records when it is back", () => {
    const rack = startedRack();
    const [slot] = rack.primaries();
    rack.disk(slot).files.resize(0);
    callsForASecond(rack);
    expect(rack.lines(slot, "cdr.jsonl")).toEqual([]);
    rack.pull(slot);
    rack.disk(slot).files.resize(1e9);
    rack.run(200);
    insertAll(rack, [slot]);
    expect(rack.lines(slot, "cdr.jsonl")).toHaveLength(countCalls(rack).attempted);
  });

  test("slow: an alarm, and nothing waits for it", () => {
    const rack = startedRack();
    for (const slot of callServers) rack.disk(slot).values.slowDown(8_000_000);
    operate(rack, "block", 1);
    callsForASecond(rack);
    expect(blocked(rack)).toEqual(["east/1 blocked"]);
    rack.run(5_000);
    expect(rack.log.filter((line) => line.includes("the disk is slow"))).toHaveLength(2);
    rack.run(4_000);
    expect(rack.log.filter((line) => line.includes("stored again"))).toHaveLength(2);
  });
});
