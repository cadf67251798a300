/** Cards are upgraded over the console of one of them, a real session at a line that loses and changes octets. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { ConsoleUser as ConfiguredUser } from "../../../firmware/configuration/rack-schema.ts";
import type { OpenLineListener } from "../../../tools/console/open-line.ts";
import { seededChance } from "../../../tools/exchange/seeded-chance.ts";
import { failuresMax, pieceOctets } from "../../../tools/flash/hand-over.ts";
import type { UpgradeTimes } from "../../../tools/flash/standing-conversation.ts";
import { openSshLine } from "../../../tools/flash/ssh-line.ts";
import { UpgradeFailure } from "../../../tools/flash/upgrade-failure.ts";
import { type UpgradeWish, upgradeRack } from "../../../tools/flash/upgrade-rack.ts";
import { UserError } from "../../../tools/configuration/read-configuration.ts";
import { ConsoleRack, type RackOptions } from "./console-rack.ts";

const times: UpgradeTimes = {
  ...{ settledMillis: 5, answerMillis: 5000, commandMillis: 5000 },
  ...{ pollMillis: 2, reopenMillis: 2, patienceMillis: 20_000 },
};
/** Where much is lost, and nothing depends on who waits how long. */
const impatient: UpgradeTimes = { ...times, answerMillis: 40, commandMillis: 100 };
const users: readonly ConfiguredUser[] = [
  { name: "root", role: "administrator", password: "right" },
  { name: "guest", role: "operator", password: "welcome" },
];
const racks: ConsoleRack[] = [];
afterEach(() => {
  for (const rack of racks.splice(0)) rack.end();
});

function rackOf(options: RackOptions = {}): ConsoleRack {
  const rack = new ConsoleRack(options);
  racks.push(rack);
  return rack;
}

function octetsOf(count: number): Uint8Array {
  const chance = seededChance(count);
  return Uint8Array.from({ length: count }, () => Math.floor(chance() * 256));
}

class Upgrade {
  readonly told: string[] = [];
  readonly built: string[] = [];
  passwordsAsked = 0;
  readonly #wish: UpgradeWish;

  constructor(
    rack: ConsoleRack,
    wish: Partial<UpgradeWish> & { name?: string; password?: string; octets?: number } = {},
  ) {
    const { name = "admin", password = "", octets = 20_000 } = wish;
    this.#wish = {
      ...{ cards: [rack.own], over: "serial", atAllCosts: false, opener: rack.opener, times },
      user: {
        name,
        isKnown: false,
        password: async () => {
          this.passwordsAsked++;
          return password;
        },
      },
      firmware: async (processor) => {
        this.built.push(processor);
        return { version: "2.0", octets: octetsOf(octets) };
      },
      tell: (what) => this.told.push(what),
      ...wish,
    };
  }

  async run(): Promise<readonly string[]> {
    return await upgradeRack(this.#wish);
  }

  async fails(): Promise<Error> {
    try {
      await this.run();
    } catch (error) {
      return error as Error;
    }
    return expect.unreachable("it went well");
  }
}

/** Octets are lost and changed, and now and then a whole run of them. */
function noiseOf(seed: number, rate: number): (octets: Uint8Array) => Uint8Array {
  const chance = seededChance(seed);
  let dead = 0;
  return (octets) => {
    const out: number[] = [];
    for (const octet of octets) {
      if (dead > 0) dead--;
      else if (chance() < rate / 10) dead = Math.floor(chance() * 40);
      else if (chance() >= rate) out.push(chance() < rate ? Math.floor(chance() * 256) : octet);
    }
    return Uint8Array.from(out);
  };
}

describe("the card at the line", () => {
  test("is handed the firmware, ordered to run it, and found again when it has begun anew", async () => {
    const rack = rackOf();
    const upgrade = new Upgrade(rack);
    expect(await upgrade.run()).toEqual(["slot  version", "3     2.0"]);
    expect([rack.isWhole, rack.orders, upgrade.built, rack.opened]).toEqual([true, ["3"], ["arm64"], 2]);
    expect(rack.appended).toEqual([...Array.from({ length: 6 }, () => pieceOctets.most), 1568]);
    expect(upgrade.told.filter((text) => text.startsWith("hands"))).toEqual([
      "hands 20 kB of 2.0 over to slot 3",
      ...["10", "30", "40", "60", "70", "90", "100"].map((percent) => `hands over: ${percent} %`),
    ]);
    expect(upgrade.told.at(-1)).toBe("slot 3: runs 2.0");
  });

  test("which is left alone when it runs that already", async () => {
    const rack = rackOf();
    await new Upgrade(rack).run();
    const again = new Upgrade(rack);
    expect(await again.run()).toEqual(["slot  version", "3     2.0"]);
    expect([again.told, rack.orders]).toEqual([["slot 3 runs 2.0 already"], ["3"]]);
  });

  test("on a serial line, which says nothing when the card begins anew, and where somebody is logged in already", async () => {
    const rack = rackOf({ isSerial: true, users });
    const line = await rack.opener({ octets: () => undefined, dropped: () => undefined });
    line.write("guest\rwelcome\rshow ver");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const upgrade = new Upgrade(rack, { name: "root", password: "right" });
    expect(await upgrade.run()).toEqual(["slot  version", "3     2.0"]);
    expect([rack.orders, rack.opened]).toEqual([["3"], 2]);
  });

  test("a card that comes back with what it ran before: says so", async () => {
    const rack = rackOf({ outcomes: { 3: "comes back" } });
    const error = await new Upgrade(rack).fails();
    expect(error).toBeInstanceOf(UpgradeFailure);
    expect(error.message).toBe("slot 3 is not upgraded: it came back with what it ran before; it runs on with 1.0");
    expect(rack.orders).toEqual(["3", "stop"]);
  });

  test("the line drops while firmware is handed over: it goes on where it was", async () => {
    const rack = rackOf();
    let drops = 0;
    rack.appending = (octets) => {
      if (octets > 6000 * (drops + 1) && drops++ < 2) rack.drop();
    };
    await new Upgrade(rack).run();
    expect([rack.isWhole, drops > 1, rack.opened]).toEqual([true, true, 4]);
    expect(rack.appended.reduce((sum, octets) => sum + octets)).toBe(20_000);
  });

  test("that has no room: its sentence", async () => {
    const rack = rackOf();
    rack.refusal = "there is no room for 20000 octets";
    const error = await new Upgrade(rack).fails();
    expect(error).toBeInstanceOf(UpgradeFailure);
    expect(error.message).toBe("the card takes no firmware: there is no room for 20000 octets");
  });

  test("a card where nothing goes on: given up after a while", async () => {
    const rack = rackOf({ own: 2, outcomes: { 1: "never" } });
    const wish = { cards: [1], over: "bus", times: { ...times, patienceMillis: 60 } };
    const error = await new Upgrade(rack, wish).fails();
    expect(error).toBeInstanceOf(UpgradeFailure);
    expect(error.message).toBe("nothing has gone on for 0 minutes: slot 1 fetching 50 %");
  });
});

describe("over the bus", () => {
  test("all cards: the backup before its primary, then the other kinds, the card at the line last", async () => {
    const rack = rackOf({ own: 4 });
    rack.card.communication.cards = [1, 2, 3].map((slot) => ({
      ...{ slot, alive: true, realTime: true, limitMicros: 70_000 },
      role: slot === 1 ? "witness" : slot === 2 ? "primary" : "backup",
    })) as unknown as typeof rack.card.communication.cards;
    const upgrade = new Upgrade(rack, { cards: "all", over: "bus" });
    expect(await upgrade.run()).toEqual(["slot  version", "1     2.0", "2     2.0", "3     2.0", "4     2.0"]);
    expect(rack.orders).toEqual(["3,2,1,4"]);
  });

  test("one that is not heard is left out of all, and refused by its number", async () => {
    const rack = rackOf();
    rack.card.communication.cards = rack.card.communication.cards?.filter(({ slot }) => slot !== 4);
    const upgrade = new Upgrade(rack, { cards: "all", over: "bus" });
    await upgrade.run();
    expect([rack.orders, upgrade.told[0]]).toEqual([["2,1,3"], "slot 4 is not heard, and is left as it is"]);
    const error = await new Upgrade(rack, { cards: [4], over: "bus" }).fails();
    expect(error).toEqual(new UserError("slot 4 is not heard: it cannot be upgraded now"));
  });

  test.each([
    ["trial", "on trial it did not come into service"],
    ["silent", "it does not answer"],
  ] as const)(
    "a card that fails (%s): which, why, and what it runs on with; no further one is upgraded",
    async (outcome, why) => {
      const rack = rackOf({ outcomes: { 2: outcome } });
      const upgrade = new Upgrade(rack, { cards: [1, 2], over: "bus" });
      const error = await upgrade.fails();
      expect(error).toBeInstanceOf(UpgradeFailure);
      expect(error.message).toBe(`slot 2 is not upgraded: ${why}; it runs on with 1.0`);
      expect(rack.orders).toEqual(["2,1", "stop"]);
      expect(upgrade.told.slice(-3)).toEqual(["slot  version", "1     1.0", "2     1.0"]);
    },
  );
});

test("the card at the line begins anew while it gives firmware to others: it is ordered again", async () => {
  const rack = rackOf({ outcomes: { 1: "forgotten" } });
  const upgrade = new Upgrade(rack, { cards: [1, 2], over: "bus" });
  expect(await upgrade.run()).toEqual(["slot  version", "1     2.0", "2     2.0"]);
  expect(rack.orders).toEqual(["2,1", "1"]);
});

test("an order that is not taken: what the card says", async () => {
  const rack = rackOf();
  rack.givesNothing = "nothing was done: there is no firmware here";
  const error = await new Upgrade(rack).fails();
  expect(error).toBeInstanceOf(UpgradeFailure);
  expect(error.message).toBe(
    "slot 3 is not upgraded: slot 3 says: nothing was done: there is no firmware here; it runs on with 1.0",
  );
});

test("a card that no other stands in for: what the card says, and how it is done all the same", async () => {
  const rack = rackOf();
  rack.givesNothing = "nothing was done: no other card stands in for slot 3, and its calls would be lost";
  expect((await new Upgrade(rack).fails()).message).toContain("its calls would be lost (--now);");
  rack.givesNothing = undefined;
  await new Upgrade(rack, { atAllCosts: true }).run();
  expect(rack.orders.at(-1)).toBe("3 now");
});

describe("over ssh", () => {
  /** Does what ssh would: runs the command, here, and says what it was given. */
  const program = '#!/bin/sh\necho "$@" >&2\nexec sh -c "$5"\n';
  const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  const ssh = join(folder, "ssh");
  writeFileSync(ssh, program);
  chmodSync(ssh, 0o755);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the card's console is at a socket of the machine", async () => {
    const rack = rackOf({ users });
    const path = join(folder, "console.sock");
    const server = createServer((socket) => {
      const listener = { octets: (octets: Uint8Array) => void socket.write(octets), dropped: () => void socket.end() };
      const line = rack.opener(listener);
      socket.on("data", (octets) => void line.then(({ write }) => write(octets.toString("latin1"))));
    });
    server.listen(path);
    const command = `${process.execPath} tools/console/main.ts --socket ${path}`;
    const opener = (listener: OpenLineListener) => openSshLine({ ssh, host: "pi@card", command }, listener);
    const wish = { over: "ssh", opener, name: "root", password: "right" };
    const upgrade = new Upgrade(rack, wish);
    expect(await upgrade.run()).toEqual(["slot  version", "3     2.0"]);
    expect([upgrade.passwordsAsked, rack.opened, rack.isWhole]).toEqual([2, 2, true]);
    server.close();
  });

  test("a machine that lets nobody in, and no ssh: a sentence", async () => {
    const opener = (listener: OpenLineListener) => openSshLine({ ssh, host: "pi@card", command: "exit 255" }, listener);
    expect(await new Upgrade(rackOf(), { opener }).fails()).toEqual(
      new UserError("pi@card: -T -o BatchMode=yes pi@card exit 255"),
    );
    const without = (listener: OpenLineListener) => openSshLine({ ssh: "no-ssh", host: "h", command: "" }, listener);
    expect(await new Upgrade(rackOf(), { opener: without }).fails()).toEqual(
      new UserError("no-ssh cannot be run: ENOENT"),
    );
  });
});

describe("refused in a sentence, before anything is built", () => {
  // biome-ignore format: a refusal a row
  test.each<[string, RackOptions, Partial<UpgradeWish> & { name?: string; password?: string }, string]>([
    ["another card than the one at the line", {}, { cards: [2] }, "the card at this line is slot 3: use --over bus"],
    ["all cards over ssh", {}, { cards: "all", over: "ssh" }, "the card at this line is slot 3: use --over bus"],
    ["a slot that is not there", {}, { cards: [9], over: "bus" }, "this rack has no slot 9; its slots: 1, 2, 3, 4"],
    ["cards of two processors", { hosts: { 1: "linux x64" } }, { cards: "all", over: "bus" }, "these cards have not all the same processor: upgrade slots 2, 4, 3 arm64, slot 1 x64 each by themselves"],
    ["a processor that there is no firmware for", { hosts: { 3: "linux riscv64" } }, {}, "slot 3 runs on linux riscv64: there is firmware for arm64 and x64 alone"],
    ["a wrong password", { users }, { name: "root", password: "wrong" }, "the card does not let root in: wrong login; the next may be tried in 1 s"],
    ["an operator", { users }, { name: "guest", password: "welcome" }, "guest is an operator here: an upgrade is for administrators"],
    ["a line that is not there", {}, { opener: () => Promise.reject(new Error("the serial line /dev/ttyUSB9 cannot be opened: ENOENT")) }, "the serial line /dev/ttyUSB9 cannot be opened: ENOENT"],
    ["a line where nobody answers", {}, { opener: async () => ({ write: () => undefined, close: () => undefined }), times: impatient }, "the console does not answer"],
  ])("%s", async (_, options, wish, sentence) => {
    const rack = rackOf(options);
    const upgrade = new Upgrade(rack, wish);
    const error = await upgrade.fails();
    expect(error).toEqual(new UserError(sentence));
    expect([upgrade.built, rack.orders, rack.appended]).toEqual([[], [], []]);
  });
});

describe("a line that loses and changes octets", () => {
  test.each([1, 2, 3, 4])("seed %i", async (seed) => {
    const rack = rackOf({ isSerial: seed % 2 === 0, noise: noiseOf(seed, 1 / 3000) });
    const upgrade = new Upgrade(rack, { octets: 60_000, times: impatient });
    expect(await upgrade.run()).toEqual(["slot  version", "3     2.0"]);
    expect(rack.isWhole).toBe(true);
    expect(rack.appended.reduce((sum, octets) => sum + octets)).toBe(60_000);
    expect(rack.appended.some((octets) => octets < pieceOctets.most / 2)).toBe(true);
  });

  /** Of what is said first that matches. */
  const changedOnce = (what: RegExp, to: string) => {
    let isChanged = false;
    return (octets: Uint8Array) => {
      const text = Buffer.from(octets).toString("latin1");
      if (isChanged || !what.test(text)) return octets;
      isChanged = true;
      return Buffer.from(text.replace(what, to), "latin1");
    };
  };

  test("a command that comes to the card as another one is not entered", async () => {
    const rack = rackOf({ noise: changedOnce(/^upgrade cards 3/, "upgrade cards 2") });
    await new Upgrade(rack, { times: impatient }).run();
    expect(rack.orders).toEqual(["3"]);
  });

  test("a line of firmware that loses its end is ended", async () => {
    const rack = rackOf({ noise: changedOnce(/^(0 [0-9a-f]{8} .*)\r$/, "$1") });
    await new Upgrade(rack, { times: impatient }).run();
    expect([rack.isWhole, rack.appended[0]]).toEqual([true, pieceOctets.most]);
  });

  test("that carries nothing of length: given up in a sentence, and what came is kept", async () => {
    const rack = rackOf({ noise: (octets) => (octets.length > 120 ? octets.subarray(1) : octets) });
    const error = await new Upgrade(rack, { times: impatient }).fails();
    expect(error).toBeInstanceOf(UpgradeFailure);
    expect(error.message).toBe(
      `the line is too bad to hand firmware over: ${failuresMax} lines in a row were lost or changed on it`,
    );
  });
});
