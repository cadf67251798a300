/** A card for the test of a killed process: sends numbered frames as fast as the bus takes them. */

import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";

const port = await connectSoftwareCanPort({ path: process.argv[2] ?? "", name: "flooding" });
let next = 0;

function pump(): void {
  for (;;) {
    const number = next & 0x7fff;
    if (port.transmit({ id: 0x304, fd: false, data: Uint8Array.of(number & 0xff, number >> 8) }) !== "queued") return;
    next += 1;
  }
}

port.listen({ frames: () => undefined, transmitted: () => undefined, writable: pump, state: () => undefined });
pump();
