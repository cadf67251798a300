/** The overlays of the Raspberry Pi's kernel that boards may name, with their parameters (its overlays/README). */

export interface OverlayDescription {
  readonly parameters: readonly string[];
  /** Parameters of which exactly one must be given. */
  readonly oneOf?: readonly string[];
  readonly meaning: string;
}

const spiDevices = [0, 1, 2]
  .flatMap((bus) => [0, 1, 2].map((select) => `spi${bus}-${select}`))
  .filter((device) => device !== "spi0-2");

/** MCP2515 is left out on purpose. */
export const overlayTable: Readonly<Record<string, OverlayDescription>> = {
  "disable-bt": { parameters: [], meaning: "UART 0 is at the header instead of at the Bluetooth module" },
  "uart0-pi5": { parameters: ["ctsrts"], meaning: "UART 0 at lines 14 and 15 of a Raspberry Pi 5" },
  "spi1-1cs": { parameters: ["cs0_pin", "cs0_spidev"], meaning: "the second SPI bus, with one chip select" },
  mcp251xfd: {
    parameters: [
      ...["oscillator", "speed", "interrupt", "rx_interrupt", "xceiver_enable", "xceiver_active_high"],
      ...spiDevices,
    ],
    oneOf: spiDevices,
    meaning: "a CAN controller MCP2517FD or MCP2518FD",
  },
};
