/** What is wired to the pins of a board's header. */
import type { Board, CanController, FrontPanel } from "./board.ts";
import { identificationLines, pinOfLine, serialLines, spiLines } from "./forty-pin-header.ts";

export interface Wire {
  /** In the words of a person who wires. */
  readonly signal: string;
  /** BCM number. */
  readonly line: number;
  /** Undefined: the line is not at the header. */
  readonly pin: number | undefined;
  readonly direction: "in" | "out" | "both";
  /** What brings it: the HAT has its wires already. */
  readonly by: "HAT" | "console" | "front panel";
}

/** In the order of pins. Empty where the board says nothing of its wiring. */
export function wiringOf(board: Board): readonly Wire[] {
  const { canControllers, frontPanel } = board;
  const wires = [
    ...(canControllers === undefined ? [] : hatWires(canControllers)),
    ...(canControllers === undefined || board.console === undefined ? [] : consoleWires()),
    ...(frontPanel === undefined ? [] : frontWires(frontPanel)),
  ];
  return wires.map((wire) => ({ ...wire, pin: pinOfLine(wire.line) })).sort((a, b) => (a.pin ?? 0) - (b.pin ?? 0));
}

type Lead = Omit<Wire, "pin">;

function hatWires(controllers: readonly [CanController, CanController]): readonly Lead[] {
  const identification = identificationLines.map(
    (line, index): Lead => ({ signal: `HAT EEPROM ${["data", "clock"][index]}`, line, direction: "both", by: "HAT" }),
  );
  return [...identification, ...controllers.flatMap(controllerWires)];
}

function controllerWires({ spiBus, chipSelect, interruptLine }: CanController, index: number): readonly Lead[] {
  const plane = `plane ${"AB"[index]}`;
  const { miso, mosi, clock, select } = spiLines[spiBus];
  const wire = (what: string, line: number, direction: Wire["direction"]): Lead => ({
    signal: `${plane}: ${what}`,
    line,
    direction,
    by: "HAT",
  });
  return [
    wire(`SPI ${spiBus} MISO`, miso, "in"),
    wire(`SPI ${spiBus} MOSI`, mosi, "out"),
    wire(`SPI ${spiBus} clock`, clock, "out"),
    wire(`SPI ${spiBus} chip select ${chipSelect}`, select[chipSelect], "out"),
    wire("interrupt, low", interruptLine, "in"),
  ];
}

function consoleWires(): readonly Lead[] {
  return [
    { signal: "console: transmit", line: serialLines.transmit, direction: "out", by: "console" },
    { signal: "console: receive", line: serialLines.receive, direction: "in", by: "console" },
  ];
}

const frontSignals: Readonly<Record<keyof FrontPanel, string>> = {
  active: "LED active, green",
  standby: "LED standby, green",
  alarm: "LED alarm, red",
  busA: "LED plane A, green",
  busB: "LED plane B, green",
  link: "LED link, green",
  safeToPull: "LED safe to pull, blue",
  ejector: "ejector, closed to ground while open",
};

function frontWires(front: FrontPanel): readonly Lead[] {
  return Object.entries(frontSignals).map(([name, signal]) => ({
    signal,
    line: front[name as keyof FrontPanel].line,
    direction: name === "ejector" ? "in" : "out",
    by: "front panel",
  }));
}
