import type { Board } from "../board.ts";

/** Any computer with Linux and two CAN interfaces, on whatever bus it has them. */
export const genericLinux: Board = {
  name: "generic-linux",
  planes: [
    { kind: "socketcan", interface: "can0" },
    { kind: "socketcan", interface: "can1" },
  ],
  realTimePriority: 50,
  console: { device: "/dev/ttyS0", baudRate: 115_200 },
  watchdog: { device: "/dev/watchdog", timeoutSeconds: 15 },
};
