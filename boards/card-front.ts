/** Front panel at the lines of a Raspberry Pi's header that a CAN HAT leaves free. */
import type { FrontPanel, GpioLine } from "./board.ts";

/** @param chip label of the GPIO chip behind the header: each generation of the board has another */
export function cardFront(chip: string): FrontPanel {
  const led = (line: number): GpioLine => ({ chip, line, activeLow: false });
  return {
    active: led(5),
    standby: led(6),
    alarm: led(13),
    busA: led(17),
    busB: led(27),
    link: led(22),
    safeToPull: led(26),
    // A switch to ground that is closed while the ejector is open: a wire that is off keeps the card in service. Lines up to 8 are
    // pulled up from the start.
    ejector: { chip, line: 4, activeLow: true },
  };
}
