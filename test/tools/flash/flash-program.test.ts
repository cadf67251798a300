/** What is wrong with a wish is said in one sentence, before anything is fetched. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boards } from "../../../boards/boards.ts";
import { cardConfiguration, cardInSlot } from "../../../tools/flash/card-configuration.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

const rackFile = "test/machines/arm64/rack.yaml";
const { configuration: rack } = readConfiguration(rackFile);
const board = boards.get("raspberry-pi-4") ?? expect.unreachable();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flash-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("refused with 2 and one sentence", () => {
  const good = { "--board": "raspberry-pi-4", "--slot": "3", "--rack": rackFile, "--out": "card.img" };
  test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ["neither disk nor file", { "--out": undefined }, "flash: say where to: --device <disk> or --out <file>"],
    [
      "a slot that the rack does not have",
      { "--slot": "9" },
      "flash: rack emulated has no slot 9; its slots: 1, 2, 3, 4",
    ],
    [
      "another board than rack.yaml says",
      { "--board": "raspberry-pi-cm4" },
      "flash: rack emulated has a raspberry-pi-4 in slot 3, not a raspberry-pi-cm4",
    ],
    [
      "an unknown board",
      { "--board": "abacus" },
      "flash: --board abacus: allowed are raspberry-pi-4, raspberry-pi-cm4, raspberry-pi-5, generic-linux",
    ],
    [
      "a disk that is none",
      { "--out": undefined, "--device": "/dev/null" },
      "flash: /dev/null is no disk: --device wants one, such as /dev/sdb; --out writes a file",
    ],
    ["a disk that is not there", { "--out": undefined, "--device": "/dev/nothing" }, "flash: there is no /dev/nothing"],
    ["a folder that is not there", { "--out": "no/such/card.img" }, "flash: no/such/card.img: there is no such folder"],
    [
      "an address without its network",
      { "--address": "192.0.2.1" },
      "flash: --address 192.0.2.1: allowed is an address with the bits of its network, such as 192.0.2.13/24",
    ],
    [
      "what would end a quoted text on the card",
      { "--card-options": 'a"; reboot' },
      "flash: --card-options: allowed are letters, digits, spaces and ./:=@_-",
    ],
  ])("%s", (_, other, sentence) => {
    const given = Object.entries({ ...good, ...other }).flatMap(([name, value]) =>
      value === undefined ? [] : [name, value],
    );
    const run = spawnSync(process.execPath, ["tools/flash/main.ts", ...given, "--cache", folder], { encoding: "utf8" });
    expect({ status: run.status, out: run.stdout, error: run.stderr }).toEqual({
      status: 2,
      out: "",
      error: `${sentence}\n`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("who a card is, for the shell on it", () => {
  expect(cardInSlot({ board, slot: 3, rack })).toMatchObject({ slot: 3, kind: "call-server" });
  const text = cardConfiguration({
    board,
    slot: 3,
    rack,
    address: "192.0.2.3/24",
    gateway: undefined,
    cardOptions: "",
  });
  const settings = ['SLOT="3"', 'BOARD="raspberry-pi-4"', 'PLANE_A="can-a"', 'PLANE_B_DEVICE="spi1.0"'];
  for (const line of [...settings, 'CAN_RATES="bitrate 500000"', 'ADDRESS="192.0.2.3/24"', 'GATEWAY=""'])
    expect(text.split("\n")).toContain(line);
});
