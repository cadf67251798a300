import type { Board } from "../board.ts";
import { canFdHat, canFdHatLimits, canFdHatOverlays } from "../can-fd-hat.ts";
import { cardFront } from "../card-front.ts";

/** Raspberry Pi 4 Model B with a CAN FD HAT. */
export const raspberryPi4: Board = {
  name: "raspberry-pi-4",
  planes: [
    { kind: "socketcan", interface: "can-a" },
    { kind: "socketcan", interface: "can-b" },
  ],
  realTimePriority: 50,
  console: { device: "/dev/ttyAMA0", baudRate: 115_200 },
  // The timer of the power manager has 20 bits at 65536 Hz: 15 seconds at most.
  watchdog: { device: "/dev/watchdog", timeoutSeconds: 15 },
  frontPanel: cardFront("pinctrl-bcm2711"),
  canControllers: canFdHat,
  can: canFdHatLimits,
  e1: { kind: "icE1usb", lines: 1 },
  boot: {
    deviceTree: "broadcom/bcm2711-rpi-4-b.dtb",
    firmware: ["start4.elf", "fixup4.dat"],
    deviceTreeParameters: ["spi=on", "watchdog=on"],
    // Bluetooth gives up UART 0, the better of the two, to the console.
    overlays: [{ name: "disable-bt", parameters: {} }, ...canFdHatOverlays],
    configurationLines: ["arm_64bit=1", "enable_uart=1"],
  },
};
