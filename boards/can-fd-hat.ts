/**
 * A HAT with two MCP2518FD, each on an SPI bus of its own, as Waveshare's "2-CH CAN FD HAT" from revision 2.1 on leaves the factory.
 * Another one fits as well if it has these controllers: write its lines here.
 */
import type { CanController, CanLimits, Overlay } from "./board.ts";

/** Oscillator of 40 MHz; the controller takes half of it as SPI clock at most, less a little (its errata). */
const mcp2518fd = { chip: "mcp2518fd", oscillatorHertz: 40_000_000, spiHertzMax: 17_000_000 } as const;

/** Planes A and B. */
export const canFdHat: readonly [CanController, CanController] = [
  { ...mcp2518fd, spiBus: 0, chipSelect: 0, interruptLine: 25 },
  { ...mcp2518fd, spiBus: 1, chipSelect: 0, interruptLine: 24 },
];

/** Of controller and transceivers (MCP2562FD). */
export const canFdHatLimits: CanLimits = { frames: "fd", bitRateMax: 1_000_000, dataBitRateMax: 8_000_000 };

/** The same in the words of the maker's kernel. */
export const canFdHatOverlays: readonly Overlay[] = [
  { name: "spi1-1cs", parameters: { cs0_spidev: "disabled" } },
  ...canFdHat.map(({ spiBus, chipSelect, interruptLine, oscillatorHertz, spiHertzMax }) => ({
    name: "mcp251xfd",
    parameters: {
      [`spi${spiBus}-${chipSelect}`]: true as const,
      interrupt: interruptLine,
      oscillator: oscillatorHertz,
      speed: spiHertzMax,
    },
  })),
];
