import type { Board } from "../board.ts";
import { canFdHat, canFdHatLimits, canFdHatOverlays } from "../can-fd-hat.ts";
import { cardFront } from "../card-front.ts";

/** Raspberry Pi 5 with a CAN FD HAT. */
export const raspberryPi5: Board = {
  name: "raspberry-pi-5",
  planes: [
    { kind: "socketcan", interface: "can-a" },
    { kind: "socketcan", interface: "can-b" },
  ],
  realTimePriority: 50,
  console: { device: "/dev/ttyAMA0", baudRate: 115_200 },
  watchdog: { device: "/dev/watchdog", timeoutSeconds: 15 },
  frontPanel: cardFront("pinctrl-rp1"),
  canControllers: canFdHat,
  can: canFdHatLimits,
  e1: { kind: "icE1usb", lines: 1 },
  boot: {
    deviceTree: "broadcom/bcm2712-rpi-5-b.dtb",
    // The firmware is in the board's own flash memory.
    firmware: [],
    deviceTreeParameters: ["spi=on", "watchdog=on"],
    overlays: [{ name: "uart0-pi5", parameters: {} }, ...canFdHatOverlays],
    configurationLines: ["arm_64bit=1"],
    withoutImage:
      "Debian's kernel does not drive the header of a raspberry-pi-5 (its chip RP1) yet: install the firmware on Raspberry Pi OS",
  },
};
