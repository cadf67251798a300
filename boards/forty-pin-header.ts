/** The header of a Raspberry Pi: which pin is which GPIO line. The Compute Module has it on its carrier. */

/** BCM number of the line at each pin; pins that are not here are supply and ground. */
// biome-ignore format: seven pins a row
export const lineOfPin: ReadonlyMap<number, number> = new Map([
  [3, 2], [5, 3], [7, 4], [8, 14], [10, 15], [11, 17], [12, 18],
  [13, 27], [15, 22], [16, 23], [18, 24], [19, 10], [21, 9], [22, 25],
  [23, 11], [24, 8], [26, 7], [27, 0], [28, 1], [29, 5], [31, 6],
  [32, 12], [33, 13], [35, 19], [36, 16], [37, 26], [38, 20], [40, 21],
]);

/** 3.3 V, 5 V and ground. */
export const supplyPins = {
  "3.3 V": [1, 17],
  "5 V": [2, 4],
  ground: [6, 9, 14, 20, 25, 30, 34, 39],
} as const;

/** Lines of the two SPI buses at the header; `select` by chip select. */
export const spiLines = [
  { miso: 9, mosi: 10, clock: 11, select: [8, 7] },
  { miso: 19, mosi: 20, clock: 21, select: [18, 17, 16] },
] as const;

/** UART 0. */
export const serialLines = { transmit: 14, receive: 15 } as const;

/** For the EEPROM by which a HAT is recognised. */
export const identificationLines = [0, 1] as const;

export function pinOfLine(line: number): number | undefined {
  for (const [pin, each] of lineOfPin) if (each === line) return pin;
  return undefined;
}
