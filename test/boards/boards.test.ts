/** Every board is one that can be wired and booted. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Board } from "../../boards/board.ts";
import { boards } from "../../boards/boards.ts";
import { bootConfiguration } from "../../boards/boot-configuration.ts";
import { lineOfPin, spiLines, supplyPins } from "../../boards/forty-pin-header.ts";
import { overlayTable } from "../../boards/overlay-table.ts";
import { wiringOf } from "../../boards/wiring.ts";

const folder = join(import.meta.dirname, "../../boards");

test("the list holds every folder but the simulated one, by its name", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect([...boards.keys(), "simulated"].sort()).toEqual(folders.map(({ name }) => name).sort());
});

test("the header has forty pins: lines 0 to 27, each once, and twelve of supply", () => {
  expect([...lineOfPin.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, line) => line));
  const pins = [...lineOfPin.keys(), ...Object.values(supplyPins).flat()].sort((a, b) => a - b);
  expect(pins).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

// Raspberry Pi documentation, GPIO and the 40-pin header.
test.each([
  ["GPIO 2 (SDA)", 2, 3],
  ["GPIO 14 (TXD)", 14, 8],
  ["GPIO 15 (RXD)", 15, 10],
  ["GPIO 10 (MOSI)", 10, 19],
  ["GPIO 9 (MISO)", 9, 21],
  ["GPIO 11 (SCLK)", 11, 23],
  ["GPIO 8 (CE0)", 8, 24],
  ["GPIO 7 (CE1)", 7, 26],
  ["GPIO 18 (PCM CLK)", 18, 12],
  ["GPIO 21 (PCM DOUT)", 21, 40],
])("%s is at its pin", (_name, line, pin) => {
  expect(lineOfPin.get(pin)).toBe(line);
});

describe.each([...boards.values()].map((board) => [board.name, board] as const))("%s", (_name, board: Board) => {
  test("nothing is wired twice, and all of it is at the header", () => {
    const wires = wiringOf(board);
    expect(wires.filter(({ pin }) => pin === undefined)).toEqual([]);
    expect(new Set(wires.map(({ pin }) => pin)).size).toBe(wires.length);
    for (const { pin, line } of wires) expect(lineOfPin.get(pin ?? 0)).toBe(line);
    // Each plane has five leads and a card has seven LEDs, a switch, a console and the EEPROM.
    if (board.canControllers !== undefined) expect(wires).toHaveLength(2 * 5 + 8 + 2 + 2);
  });

  test("its overlays are known, and so are their parameters", () => {
    for (const { name, parameters } of board.boot?.overlays ?? []) {
      const described = overlayTable[name];
      expect(described, name).toBeDefined();
      for (const parameter of Object.keys(parameters)) expect(described.parameters, name).toContain(parameter);
      if (described.oneOf === undefined) continue;
      expect(Object.keys(parameters).filter((parameter) => described.oneOf?.includes(parameter))).toHaveLength(1);
    }
  });

  test("its controllers are MCP2518FD on an SPI bus each, in the overlays as in the data", () => {
    expect(JSON.stringify(board).toLowerCase()).not.toContain("mcp2515");
    const controllers = board.canControllers ?? [];
    expect(new Set(controllers.map(({ spiBus }) => spiBus)).size).toBe(controllers.length);
    const overlays = (board.boot?.overlays ?? []).filter(({ name }) => name === "mcp251xfd");
    expect(overlays).toHaveLength(controllers.length);
    for (const [index, each] of controllers.entries()) {
      expect(spiLines[each.spiBus].select[each.chipSelect]).toBeDefined();
      expect(overlays[index].parameters).toMatchObject({
        [`spi${each.spiBus}-${each.chipSelect}`]: true,
        interrupt: each.interruptLine,
        oscillator: each.oscillatorHertz,
      });
      // The controller's errata: 0.85 of half the oscillator.
      expect(each.spiHertzMax).toBeLessThanOrEqual(0.425 * each.oscillatorHertz);
    }
  });

  test("its planes are two interfaces", () => {
    const [a, b] = board.planes.map((plane) => (plane.kind === "socketcan" ? plane.interface : undefined));
    expect(a).toMatch(/^can[a-z0-9-]{1,12}$/);
    expect(b).toMatch(/^can[a-z0-9-]{1,12}$/);
    expect(a).not.toBe(b);
  });

  test("console, watchdog and priority are plausible", () => {
    expect(board.console?.device).toMatch(/^\/dev\/tty(?:AMA|S)\d{1,2}$/);
    expect(board.console?.baudRate).toBe(115_200);
    expect(board.watchdog?.device).toBe("/dev/watchdog");
    // bcm2835_wdt: 20 bits at 65536 Hz.
    expect(board.watchdog?.timeoutSeconds).toBeGreaterThanOrEqual(5);
    expect(board.watchdog?.timeoutSeconds).toBeLessThan(2 ** 20 / 65_536);
    expect(board.realTimePriority).toBeGreaterThanOrEqual(1);
    expect(board.realTimePriority).toBeLessThanOrEqual(99);
  });

  test("its front panel hangs on one GPIO chip, and closing contacts never work against the pull of a line", () => {
    const front = board.frontPanel;
    if (front === undefined) return;
    const lines = Object.values(front);
    expect(new Set(lines.map(({ chip }) => chip)).size).toBe(1);
    expect(lines[0].chip).toMatch(/^pinctrl-(?:bcm2711|rp1)$/);
    // Lines 0 to 8 are pulled up at reset, the others down (BCM2711 ARM Peripherals, 5.3).
    expect(front.ejector.activeLow).toBe(front.ejector.line <= 8);
  });

  test("what config.txt says fits its lines", () => {
    const lines = bootConfiguration(board);
    if (board.canControllers !== undefined) expect(lines).toContain("dtparam=spi=on");
    for (const line of lines) expect(line).toMatch(/^[a-z0-9_]+=[\w,=-]+$/);
  });
});
