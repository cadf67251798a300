/** Blocking of circuits in both directions (Q.764 2.8.2), and that it outlives a power failure on the disks of the call servers. */
import { describe, expect, it } from "vitest";
import { anm, acm, bla, blo, CallServerPair, gra, groupSupervision, grs, iam, line, rlc } from "./call-server-pair.ts";
import { rsc, uba, ubl } from "./call-server-pair.ts";
import { CircuitPlan } from "../../../firmware/call-server/circuit-plan.ts";
import type { DeliveredCommit } from "../../../firmware/card/application.ts";
import { exampleRack, east, south, west } from "./example-rack.ts";

const second = 1_000_000;
const [cgb, cgu, cgba, cgua] = [0x18, 0x19, 0x1a, 0x1b];
const [maintenance, hardware] = [0, 1];

type Pair = CallServerPair;
const operate = (pair: Pair, verb: "block" | "unblock", firstCic: number, lastCic = firstCic, exchange = "east") =>
  line(pair.operate({ verb, exchange, firstCic, lastCic }));
const blocking = (pair: Pair, circuit: number) =>
  pair.primary.server.rows("blocking").find(({ key }) => key === circuit) ?? { local: "unblocked" };
/** Whether this node has the right of way on a circuit to the east. */
const controls = (pair: Pair, place: number) => new CircuitPlan(pair.configuration, 1).controls(east + place);
/** The circuits to the east that a call may leave on. */
const free = (pair: Pair) => [...pair.primary.server.candidates(1)].sort((one, other) => one - other);
const eastBut = (...places: readonly number[]) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((place) => !places.includes(place)).map((place) => east + place);

describe("blocking by an operator", () => {
  it("one circuit: BLO, BLA, UBL, UBA (Q.784.1 1.3.2.1)", () => {
    const pair = CallServerPair.inService();
    expect(operate(pair, "block", 3)).toBe(`BLO ${east + 2}`);
    expect(free(pair)).toEqual(eastBut(2));
    expect(blocking(pair, east + 2)).toMatchObject({ local: "blocking", name: "east/3" });
    pair.isup(east + 2, bla);
    expect(blocking(pair, east + 2)).toMatchObject({ local: "blocked" });
    expect(pair.primary.server.status()).toMatchObject({ circuitsLocallyBlocked: 1, circuitsRemotelyBlocked: 0 });
    expect(operate(pair, "block", 3)).toBe("");
    expect(operate(pair, "unblock", 3)).toBe(`UBL ${east + 2}`);
    // Not before the other end has agreed.
    expect(free(pair)).toEqual(eastBut(2));
    pair.isup(east + 2, uba);
    expect(free(pair)).toEqual(eastBut());
    pair.expectIdle();
    expect(pair.primary.server.rows("blocking")).toEqual([]);
  });

  it("several circuits: one CGB, one CGU (Q.784.1 1.3.1.1); what is not confirmed is asked for alone", () => {
    const pair = CallServerPair.inService();
    operate(pair, "block", 4);
    pair.isup(east + 3, bla);
    const said = pair.operate({ verb: "block", exchange: "east", firstCic: 3, lastCic: 6 });
    // 4 is blocked already.
    expect(said).toMatchObject([
      { type: "CGB", circuit: east + 2, message: groupSupervision(cgb, maintenance, 3, 0b1101) },
    ]);
    pair.isup(east + 2, groupSupervision(cgba, maintenance, 3, 0b0101));
    expect([2, 3, 4, 5].map((place) => blocking(pair, east + place).local)).toEqual([
      ...["blocked", "blocked", "blocked", "blocking"],
    ]);
    expect(line(pair.pass(15 * second))).toBe(`BLO ${east + 5}`);
    pair.isup(east + 5, bla);
    expect(line(pair.pass(600 * second))).toBe("");
    const unblocked = pair.operate({ verb: "unblock", exchange: "east", firstCic: 1, lastCic: 8 });
    expect(unblocked).toMatchObject([{ message: groupSupervision(cgu, maintenance, 3, 0b1111) }]);
    pair.isup(east + 2, groupSupervision(cgua, maintenance, 3, 0b1111));
    expect(free(pair)).toEqual(eastBut());
    pair.expectIdle();
  });

  it.each([
    ["block", "BLO", bla, "blocking-unanswered"],
    ["unblock", "UBL", uba, "unblocking-unanswered"],
  ] as const)("%s: repeated by T12 (T14) until T13 (T15) alerts maintenance", (verb, type, answer, unanswered) => {
    const pair = CallServerPair.inService();
    if (verb === "unblock") {
      operate(pair, "block", 1);
      pair.isup(east, bla);
    }
    const logsBefore = pair.primary.logs.length + 1;
    operate(pair, verb, 1);
    expect(pair.pass(299_999_999).map((each) => line([each]))).toEqual(new Array(19).fill(`${type} ${east}`));
    expect(pair.primary.logs).toHaveLength(logsBefore);
    pair.pass(1);
    expect(blocking(pair, east)).toMatchObject({ local: unanswered });
    expect(pair.primary.logs.at(-1)).toBe(`circuit east/1: ${unanswered}`);
    expect(line(pair.pass(300 * second))).toBe(`${type} ${east}`);
    pair.isup(east, answer);
    expect(pair.primary.server.runningTimers()).toEqual([]);
  });

  it("a call in progress goes on (Q.784.1 2.3.1), one that is set up from the other end meanwhile too", () => {
    const pair = CallServerPair.inService();
    const said = pair.isup(west, iam());
    const outgoing = said.find((each) => each.kind === "isup" && each.type === "IAM");
    const circuit = outgoing?.kind === "isup" ? outgoing.circuit : -1;
    expect(operate(pair, "block", circuit - east + 1)).toBe(`BLO ${circuit}`);
    expect(line(pair.isup(east + 3, iam("51")))).toMatch(/^IAM/);
    expect(line(pair.isup(circuit, acm))).toBe(`ACM ${west}`);
    expect(line(pair.isup(circuit, anm))).toMatch(`ANM ${west}`);
  });

  it("an IAM on a circuit that the other end has confirmed to be blocked: BLO again, and no call; a test call may", () => {
    const pair = CallServerPair.inService();
    operate(pair, "block", 2);
    pair.isup(east + 1, bla);
    expect(line(pair.isup(east + 1, iam("51")))).toBe(`BLO ${east + 1}`);
    pair.isup(east + 1, bla);
    const test = iam("51");
    test[4] = 0x0d;
    expect(line(pair.isup(east + 1, test))).toMatch(/^IAM/);
  });

  it("dual seizure of a circuit that is blocked meanwhile is settled as ever", () => {
    const pair = CallServerPair.inService();
    // As many calls as it takes until one leaves on a circuit that the other end controls.
    for (const circuit of [west, west + 1, west + 2, west + 3, west + 4]) pair.isup(circuit, iam());
    const lost = [0, 1, 2, 3, 4, 5, 6, 7].find(
      (place) => pair.state(east + place) === "outgoing-wait-acm" && !controls(pair, place),
    );
    if (lost === undefined) throw new Error("no circuit that the other end controls");
    operate(pair, "block", lost + 1);
    pair.isup(east + lost, bla);
    expect(line(pair.isup(east + lost, iam("51")))).not.toMatch("BLO");
    expect(pair.state(east + lost)).toBe("incoming-wait-acm");
  });

  it("whoever does not know of the blocking is told again: after UBA, RSC, and resets of our own", () => {
    const pair = CallServerPair.inService();
    operate(pair, "block", 1);
    pair.isup(east, bla);
    expect(line(pair.isup(east, uba))).toBe(`BLO ${east}`);
    pair.isup(east, bla);
    expect(line(pair.isup(east, rsc))).toBe(`BLO ${east}, RLC ${east}`);
    pair.isup(east, bla);
    expect(pair.isup(east, grs(7))).toMatchObject([{ message: gra(7, 1) }]);
    // A message that makes no sense makes this node reset the circuit.
    expect(line(pair.isup(east, acm))).toBe(`RSC ${east}`);
    expect(line(pair.isup(east, rlc))).toBe(`BLO ${east}`);
    pair.isup(east, bla);
    operate(pair, "unblock", 1);
    pair.isup(east, rsc);
    expect(blocking(pair, east)).toEqual({ local: "unblocked" });
  });

  it("a takeover in the middle changes nothing", () => {
    const pair = CallServerPair.inService();
    operate(pair, "block", 1, 2);
    pair.takeOver();
    expect(free(pair)).toEqual(eastBut(0, 1));
    expect(line(pair.pass(15 * second))).toBe(`BLO ${east}, BLO ${east + 1}`);
    pair.isup(east, bla);
    pair.isup(east + 1, bla);
    expect(pair.primary.server.runningTimers()).toEqual([]);
  });

  it("what cannot be done is said, and nothing is committed", () => {
    const pair = CallServerPair.inService();
    const before = pair.sequence;
    operate(pair, "block", 1, 1, "nowhere");
    operate(pair, "block", 9);
    operate(pair, "block", 1, 257);
    operate(pair, "block", 2, 1);
    const backup = pair.backup;
    if (backup)
      pair.tell(backup, { kind: "operator", command: { verb: "block", exchange: "east", firstCic: 1, lastCic: 1 } });
    expect(pair.sequence).toBe(before);
    expect([...pair.primary.logs, ...(backup?.logs ?? [])].filter((text) => text.startsWith("operator"))).toEqual([
      "operator: cannot block nowhere/1: there is no exchange nowhere",
      "operator: cannot block east/9: this group has no such circuit",
      "operator: cannot block east/1-257: 1 to 256 circuits at a time",
      "operator: cannot block east/2-1: 1 to 256 circuits at a time",
      "operator: cannot block east/1: this card is not primary",
    ]);
  });
});

describe("blocking of a group by the other end (Q.764 2.8.2.2)", () => {
  it("for maintenance: calls go on, none leaves on it (Q.784.1 1.3.1.1)", () => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, iam()))).toMatch(`IAM ${east}`);
    const said = pair.isup(east, groupSupervision(cgb, maintenance, 3, 0b0111));
    expect(said).toMatchObject([
      { type: "CGBA", circuit: east, message: groupSupervision(cgba, maintenance, 3, 0b0111) },
    ]);
    expect(free(pair)).toEqual(eastBut(0, 1, 2));
    expect(line(pair.isup(east, acm))).toBe(`ACM ${west}`);
    expect(pair.isup(east, groupSupervision(cgu, maintenance, 3, 0b0101))).toMatchObject([
      { message: groupSupervision(cgua, maintenance, 3, 0b0101) },
    ]);
    expect(free(pair)).toEqual(eastBut(0, 1));
  });

  it("for a hardware failure: calls are released, one in set-up goes another way (Q.784.1 1.3.1.2)", () => {
    const pair = CallServerPair.inService();
    pair.isup(west, iam());
    pair.isup(east, acm);
    pair.isup(west + 1, iam());
    expect(pair.state(east + 2)).toBe("outgoing-wait-acm");
    const said = line(pair.isup(east, groupSupervision(cgb, hardware, 7, 0b0001_1111)));
    expect(said).toMatch(new RegExp(`^CGBA ${east}, REL ${west}, `));
    expect(said).toMatch(`IAM ${east + 6}`);
    expect([pair.state(east), pair.state(east + 2)]).toEqual(["idle", "idle"]);
    expect(free(pair)).toEqual([east + 5, east + 7]);
  });

  it("either kind is lifted by itself; an IAM and a reset lift both", () => {
    const pair = CallServerPair.inService();
    const both = () => {
      pair.isup(south, groupSupervision(cgb, maintenance, 1, 0b11));
      pair.isup(south, groupSupervision(cgb, hardware, 1, 0b11));
    };
    both();
    pair.isup(south, ubl);
    expect(blocking(pair, south)).toMatchObject({ remoteMaintenance: false, remoteHardware: true });
    pair.isup(south, groupSupervision(cgu, hardware, 1, 0b11));
    expect(blocking(pair, south)).toEqual({ local: "unblocked" });
    expect(blocking(pair, south + 1)).toMatchObject({ remoteMaintenance: true, remoteHardware: false });
    both();
    pair.isup(south, rsc);
    pair.isup(south + 1, iam("51"));
    expect(pair.primary.server.rows("blocking")).toEqual([]);
  });

  it.each([
    ["a group of one", groupSupervision(cgb, maintenance, 0, 1)],
    ["more than 32 circuits", groupSupervision(cgb, maintenance, 39, 255, 255, 255, 255, 255)],
    ["a kind that nobody knows", groupSupervision(cgb, 2, 3, 15)],
  ])("%s: discarded and counted", (_, message) => {
    const pair = CallServerPair.inService();
    expect(pair.isup(east, message)).toEqual([]);
    expect(free(pair)).toEqual(eastBut());
    expect(pair.primary.server.status()).toMatchObject({ messagesMalformed: 1 });
  });

  it("circuits that are not here are not confirmed", () => {
    const pair = CallServerPair.inService();
    expect(pair.isup(east + 6, groupSupervision(cgb, maintenance, 3, 15))).toMatchObject([
      { message: groupSupervision(cgba, maintenance, 3, 0b0011) },
    ]);
    expect(free(pair)).toEqual(eastBut(6, 7));
  });
});

const begun = (pair: Pair): DeliveredCommit => ({
  ...{ group: 1, term: 1, sequence: 1, consumed: { kind: "begin", cold: true, afterTerm: 0 } as const },
  ...{ timeMillis: pair.groupMillis, body: new Uint8Array(0), input: new Uint8Array(0) },
});

/** Answers the resets of a cold start; the other end has blocked no circuit of its own but these. */
function reset(pair: Pair, ...blockedInEast: readonly number[]): string {
  pair.pass(1000);
  for (const exchange of [0, 1, 2]) pair.give({ kind: "destination", exchange, available: 1 });
  const status = blockedInEast.reduce((bits, place) => bits | (1 << place), 0);
  const from = pair.said.length;
  for (const each of pair.pass(1000)) {
    if (each.kind !== "isup") continue;
    if (each.type === "RSC") pair.isup(each.circuit, rlc);
    if (each.type === "GRS") pair.isup(each.circuit, each.circuit === east ? gra(7, status) : gra(each.message[3]));
  }
  return line(pair.said.slice(from).filter((each) => each.kind === "isup" && !/RSC|GRS/.test(each.type)));
}

/** East/1 and east/2 blocked by us, east/4 by the other end for maintenance, east/6 for a hardware failure. */
function withBlockedCircuits(): Pair {
  const pair = CallServerPair.inService();
  operate(pair, "block", 1, 2);
  pair.isup(east, groupSupervision(cgba, maintenance, 1, 0b11));
  pair.isup(east + 3, blo);
  pair.isup(east + 4, groupSupervision(cgb, hardware, 1, 0b10));
  return pair;
}

describe("a power failure of the whole rack", () => {
  it("what this node has blocked is said again after the reset; what the other end had stays so until it says otherwise", () => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    expect(primary.blocking).toEqual(backup?.blocking);
    pair.startCold(primary, backup);
    expect([0, 1, 3, 5].map((place) => blocking(pair, east + place))).toMatchObject([
      { local: "blocked" },
      { local: "blocked" },
      { local: "unblocked", remoteMaintenance: true },
      { local: "unblocked", remoteHardware: true },
    ]);
    expect(reset(pair, 3)).toBe(`CGB ${east}`);
    expect(free(pair)).toEqual(eastBut(0, 1, 3));
    expect([0, 1].map((place) => blocking(pair, east + place).local)).toEqual(["blocking", "blocking"]);
  });

  it("again and again: every cold start has later editions than all before it", () => {
    const pair = withBlockedCircuits();
    for (const _ of "abc") {
      const [first, other] = [pair.backup, pair.primary];
      if (first) pair.startCold(first, other);
      reset(pair);
      expect(free(pair)).toEqual(eastBut(0, 1));
    }
  });

  it.each(["primary", "backup"] as const)("the newer disk counts, where it was that of the %s", (newer) => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    if (!backup) throw new Error("no backup");
    const [late, early] = newer === "primary" ? [primary, backup] : [backup, primary];
    // From here on one of them keeps nothing: as if it had been away.
    early.diskFailure = "full";
    operate(pair, "block", 8);
    operate(pair, "unblock", 1);
    pair.isup(east, uba);
    early.diskFailure = undefined;
    for (const [first, other] of [
      [early, late],
      [late, early],
    ] as const) {
      pair.startCold(first, other);
      reset(pair);
      expect(free(pair)).toEqual(eastBut(1, 7));
      expect(early.blocking).toEqual(late.blocking);
    }
  });

  it("what was said after a cold start without the other card beats whatever that card holds, however much happened before", () => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    for (let times = 0; times < 20; times++) {
      operate(pair, "block", 8);
      operate(pair, "unblock", 8);
      pair.isup(east + 7, uba);
    }
    if (!backup) throw new Error("no backup");
    // The backup has been away since before all that, and starts alone.
    backup.blocking = withBlockedCircuits().backup?.blocking;
    pair.startCold(backup);
    reset(pair);
    operate(pair, "unblock", 1, 2);
    pair.isup(east, groupSupervision(cgua, maintenance, 1, 0b11));
    pair.startCold(primary, backup);
    reset(pair);
    expect(free(pair)).toEqual(eastBut());
  });

  it("a disk that joins a group which has been in service is not listened to, but written", () => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    const blank = new CallServerPair().primary;
    blank.blocking = undefined;
    pair.startCold(blank);
    reset(pair);
    pair.pass(20 * second);
    pair.pulled = primary;
    pair.insert();
    expect(free(pair)).toEqual(eastBut());
    expect(backup?.blocking).toBeDefined();
    pair.startCold(primary, blank);
    expect(pair.primary.server.rows("blocking")).toEqual([]);
  });

  it("a newer disk that is heard of when the circuits are in service already", () => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    if (!backup) throw new Error("no backup");
    backup.diskFailure = "full";
    operate(pair, "block", 8);
    operate(pair, "unblock", 1);
    pair.isup(east, uba);
    backup.diskFailure = undefined;
    pair.startCold(backup);
    reset(pair, 3);
    primary.restart();
    pair.pulled = primary;
    pair.insert();
    expect(line(pair.said.filter((each) => each.kind === "isup").slice(-2))).toBe(`UBL ${east}, BLO ${east + 7}`);
    expect(free(pair)).toEqual(eastBut(0, 1, 3, 7));
  });

  it("more circuits than one commit could name, and a primary that is lost before it has restored them all", () => {
    const { trunkGroups } = exampleRack();
    const large = trunkGroups.map((group) => (group.name === "east" ? { ...group, lastCic: 3_000 } : group));
    const pair = new CallServerPair({ trunkGroups: large });
    for (let first = 1; first <= 3_000; first += 512) operate(pair, "block", first, first + 255);
    const { primary, backup } = pair;
    const count = 6 * 256;
    expect(pair.primary.server.rows("blocking")).toHaveLength(count);
    pair.startCold(primary, backup);
    expect(pair.primary.server.rows("blocking")).toHaveLength(count);
    // Again; the primary is lost when three of its commits are on the bus.
    primary.restart();
    const heir = new CallServerPair({ trunkGroups: large }).primary;
    heir.blocking = primary.blocking;
    heir.restart();
    const cold = { kind: "primary", term: 1, sequence: 1, coldStart: true, timeMillis: pair.groupMillis } as const;
    pair.tell(primary, cold);
    const commits = pair.tell(primary, { kind: "deadline" }).filter((action) => action.kind === "commit");
    expect(commits.length).toBeGreaterThan(5);
    for (const { body } of commits) expect(body.length).toBeLessThan(4_000);
    pair.tell(heir, { kind: "commit", commit: begun(pair) });
    for (const action of commits.slice(0, 3)) {
      pair.tell(heir, { kind: "commit", commit: { group: 1, term: 1, ...action, input: new Uint8Array(0) } });
    }
    const restored = heir.server.rows("blocking").length;
    expect(restored).toBeGreaterThan(0);
    expect(restored).toBeLessThan(count);
    // Part of it is not what the disk is to hold.
    const kept = heir.blocking;
    Object.assign(pair, { primary: heir, backup: undefined, sequence: 5 });
    pair.tell(heir, { ...cold, term: 2, sequence: 5, coldStart: false });
    expect(heir.blocking).toEqual(kept);
    pair.pass(0);
    expect(heir.server.rows("blocking")).toHaveLength(count);
    expect(heir.blocking).not.toEqual(kept);
  });

  it("a disk that says nothing sensible is an alarm, and the other one counts", () => {
    const pair = withBlockedCircuits();
    const { primary, backup } = pair;
    primary.blocking = primary.blocking?.slice(0, -2);
    pair.startCold(primary, backup);
    expect(primary.logs).toContain(
      "blocking states cannot be read from the disk (corrupt): only the other call server's count",
    );
    reset(pair);
    expect(free(pair)).toEqual(eastBut(0, 1));
  });
});

describe("a disk that takes nothing", () => {
  it("is an alarm, and no call is held up; it is tried again, and the alarm is over when it works", () => {
    const pair = CallServerPair.inService();
    const { primary, backup } = pair;
    primary.diskFailure = "full";
    const saved = primary.blocking;
    operate(pair, "block", 1);
    expect(primary.logs).toContain(
      "blocking states are not stored: the disk is full; after a power failure they would be gone",
    );
    expect(primary.server.status()).toMatchObject({ blockingStates: "full" });
    expect(line(pair.isup(west, iam()))).toMatch(/^IAM/);
    pair.isup(east, bla);
    pair.pass(10 * second);
    expect(primary.blocking).toEqual(saved);
    expect(primary.logs.filter((text) => text.includes("not stored"))).toHaveLength(1);
    expect(backup?.logs).toEqual([]);
    primary.diskFailure = undefined;
    pair.pass(1 * second);
    expect(primary.logs.at(-1)).toBe("blocking states are stored again");
    expect(primary.blocking).toEqual(backup?.blocking);
  });

  it("so does the backup's", () => {
    const pair = CallServerPair.inService();
    const { backup } = pair;
    if (!backup) throw new Error("no backup");
    backup.diskFailure = "broken";
    operate(pair, "block", 1);
    backup.diskFailure = undefined;
    expect(backup.logs).toHaveLength(1);
    pair.now += second;
    pair.tell(backup, { kind: "deadline" });
    expect(backup.logs.at(-1)).toBe("blocking states are stored again");
    expect(backup.blocking).toEqual(pair.primary.blocking);
  });

  it("one that does not answer at all is an alarm too; what comes meanwhile is written when it does", () => {
    const pair = CallServerPair.inService();
    const { primary } = pair;
    const puts: Uint8Array[] = [];
    const command = (verb: "block" | "unblock") => ({ verb, exchange: "east", firstCic: 1, lastCic: 1 }) as const;
    const step = (event: Parameters<Pair["primary"]["server"]["step"]>[0]) => {
      for (const action of primary.keep(primary.server.step(event, pair.now, pair.wallMillis))) {
        if (action.kind === "put") puts.push(action.value);
      }
    };
    step({ kind: "operator", command: command("block") });
    step({ kind: "operator", command: command("unblock") });
    expect(puts).toHaveLength(1);
    pair.now += 5 * second;
    step({ kind: "deadline" });
    expect(primary.logs.at(-1)).toMatch("the disk is slow");
    step({ kind: "stored", key: "blocking" });
    expect(puts).toHaveLength(2);
    expect(puts[1]).not.toEqual(puts[0]);
    expect(primary.logs.at(-1)).toBe("blocking states are stored again");
  });
});
