/**
 * The device tree of a board with what is wired to it. Debian's trees describe the bare board, and carry no symbols that overlays could
 * refer to; so the tree is taken apart, the additions are written below it, and it is put together again.
 */
import type { Board, CanController } from "../../boards/board.ts";
import { serialLines, spiLines } from "../../boards/forty-pin-header.ts";
import { runProgram } from "./run-program.ts";

/** Nodes of the chip, BCM2711: its peripherals are the same on all boards. */
const gpio = "/soc/gpio@7e200000";
const spiBuses = ["/soc/spi@7e204000", "/soc/spi@7e215080"] as const;
const serialPorts = ["/soc/serial@7e201000", "/soc/serial@7e215040"] as const;
/** What a pin does (dt-bindings/pinctrl/bcm2835.h), by SPI bus for its pins. */
const pinFunction = { input: 0, output: 1, serial: 4, spi: [4, 3] } as const;
const activeLow = 1;
const levelLow = 8;

/** @param base a compiled tree. @returns one with the board's wiring, compiled. @throws UserError */
export function boardTree(board: Board, base: Uint8Array): Uint8Array {
  const source = runProgram("dtc", ["-q", "-I", "dtb", "-O", "dts", "-"], { input: base });
  return runProgram("dtc", ["-q", "-I", "dts", "-O", "dtb", "-"], { input: `${source}${treeAdditions(board)}` });
}

/** Device tree source. */
export function treeAdditions(board: Board): string {
  const controllers = board.canControllers ?? [];
  return [
    `/ { chosen { stdout-path = "serial0:${board.console?.baudRate ?? 115_200}n8"; }; };`,
    ...consolePort(),
    ...controllers.flatMap(canController),
    "",
  ].join("\n");
}

/** UART 0 at the header, as the console: it is Bluetooth's otherwise. */
function consolePort(): readonly string[] {
  const { transmit, receive } = serialLines;
  return [
    ...pins("card_console_pins", [transmit, receive], pinFunction.serial),
    `&{${serialPorts[1]}} { status = "disabled"; };`,
    `&{${serialPorts[0]}} {`,
    '  status = "okay";',
    '  pinctrl-names = "default";',
    "  pinctrl-0 = <&card_console_pins>;",
    "  /delete-property/ uart-has-rtscts;",
    "  /delete-node/ bluetooth;",
    "};",
  ];
}

function canController(controller: CanController, index: number): readonly string[] {
  const { spiBus, chipSelect, interruptLine, oscillatorHertz, spiHertzMax } = controller;
  const { miso, mosi, clock, select } = spiLines[spiBus];
  const name = `card_can_${"ab"[index]}`;
  const selects = select.slice(0, chipSelect + 1);
  return [
    `/ { clocks { ${name}_clock: ${name}-clock {`,
    '  compatible = "fixed-clock"; #clock-cells = <0>;',
    `  clock-frequency = <${oscillatorHertz}>;`,
    "}; }; };",
    ...pins(`${name}_spi`, [miso, mosi, clock], pinFunction.spi[spiBus]),
    ...pins(`${name}_select`, selects, pinFunction.output),
    ...pins(`${name}_interrupt`, [interruptLine], pinFunction.input),
    `&{${spiBuses[spiBus]}} {`,
    '  status = "okay";',
    '  pinctrl-names = "default";',
    `  pinctrl-0 = <&${name}_spi &${name}_select>;`,
    `  cs-gpios = ${selects.map((line) => `<&{${gpio}} ${line} ${activeLow}>`).join(", ")};`,
    `  can@${chipSelect} {`,
    `    compatible = "microchip,${controller.chip}";`,
    `    reg = <${chipSelect}>;`,
    '    pinctrl-names = "default";',
    `    pinctrl-0 = <&${name}_interrupt>;`,
    `    spi-max-frequency = <${spiHertzMax}>;`,
    `    interrupt-parent = <&{${gpio}}>;`,
    `    interrupts = <${interruptLine} ${levelLow}>;`,
    `    clocks = <&${name}_clock>;`,
    "  };",
    "};",
  ];
}

function pins(label: string, lines: readonly number[], doing: number): readonly string[] {
  return [
    `&{${gpio}} { ${label}: ${label} {`,
    `  brcm,pins = <${lines.join(" ")}>;`,
    `  brcm,function = <${doing}>;`,
    "}; };",
  ];
}
