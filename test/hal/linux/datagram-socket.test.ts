import { setImmediate as turn } from "node:timers/promises";
import { linuxDatagramSockets } from "../../../hal/linux/datagram-socket.ts";
import { datagramSocketContract } from "../../contract/datagram-socket.ts";

datagramSocketContract("Linux", () => ({
  sockets: linuxDatagramSockets(),
  address: "127.0.0.1",
  otherAddress: "127.0.0.2",
  passUntil: async (condition) => {
    while (!condition()) await turn();
  },
  settle: () => new Promise((resolve) => setTimeout(resolve, 30)),
}));
