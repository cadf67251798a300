import type { Board } from "../board.ts";
import { raspberryPi4 } from "../raspberry-pi-4/board.ts";

/** Compute Module 4 on a carrier with the header of a Raspberry Pi, such as the CM4 IO Board, and a CAN FD HAT. */
export const raspberryPiCm4: Board = {
  ...raspberryPi4,
  name: "raspberry-pi-cm4",
  boot: {
    deviceTree: "broadcom/bcm2711-rpi-cm4-io.dtb",
    firmware: ["start4.elf", "fixup4.dat"],
    deviceTreeParameters: ["spi=on", "watchdog=on"],
    overlays: raspberryPi4.boot?.overlays ?? [],
    // The carrier's USB sockets, for the E1 interface, are off unless the module's own controller is told to be a host.
    configurationLines: ["arm_64bit=1", "enable_uart=1", "otg_mode=1"],
  },
};
