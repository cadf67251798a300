import { isIP } from "node:net";
import type { SocketAddress, SocketFailure } from "../socket-address.ts";

/** What is wrong with `place` before the host is asked, which would take a name to the DNS, or throw. */
export function addressFailure({ address, port }: SocketAddress): SocketFailure | undefined {
  const wrong = isIP(address) === 0 ? "not an IP address" : isPort(port) ? undefined : "not a port";
  return wrong === undefined ? undefined : { kind: "address-not-available", address, port, detail: wrong };
}

/** The address as its owner would write it: an IPv4 peer stays one, also on a socket that listens on `::`. */
export function plainAddress(address: string, port: number): SocketAddress {
  return { address: address.replace(/^::ffff:(?=\d+\.)/, ""), port };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 0xffff;
}
