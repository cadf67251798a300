/** Whether the ports that a rack needs are to be had: asked before anything is started. */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";

import { metricsAddress } from "./card-slot.ts";

/** A port, or a row of them, that something in the rack will open. */
export interface NeededPorts {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  readonly count: number;
  /** Who opens it, and where the configuration says so. */
  readonly what: string;
  readonly path: string;
}

export interface PortsOf {
  readonly exchanges: boolean;
  readonly gateways: boolean;
  /** Of slot 0, by the command line. */
  readonly metricsPort?: number | undefined;
}

/** Every port that a rack opens on this machine. */
export function neededPorts(configuration: RackConfiguration, run: PortsOf): NeededPorts[] {
  const ports: NeededPorts[] = [];
  configuration.exchanges.forEach(({ name, associations }, index) => {
    associations.forEach(({ role, lim, address, port }, place) => {
      const path = `exchanges[${index}].associations[${place}].port`;
      const one = { protocol: "TCP", address, port, count: 1, path } as const;
      if (role === "ipsp-server") ports.push({ ...one, what: `the LIM in slot ${lim} waits for exchange ${name}` });
      else if (run.exchanges) ports.push({ ...one, what: `exchange ${name} waits for the LIM` });
    });
  });
  configuration.gateways.forEach(({ name, profile, callAgents, address, port }, index) => {
    const udp = { protocol: "UDP", count: 1 } as const;
    callAgents.forEach((agent, place) => {
      const path = `gateways[${index}].callAgents[${place}].port`;
      const what = `the transporter in slot ${agent.transporter} receives from gateway ${name}`;
      ports.push({ ...udp, address: agent.address, port: agent.port, path, what });
    });
    if (!run.gateways || profile !== "trunk-circuits") return;
    ports.push({ ...udp, address, port, path: `gateways[${index}].port`, what: `gateway ${name} receives MGCP` });
  });
  configuration.trunkGroups.forEach(({ name, gateway, firstCic, lastCic, media }, index) => {
    const voice = { protocol: "UDP", address: media.address, count: lastCic - firstCic + 1 } as const;
    const path = `trunkGroups[${index}].media`;
    const isOurs = configuration.gateways.some((each) => each.name === gateway && each.profile === "trunk-circuits");
    if (run.gateways && isOurs) {
      const what = `gateway ${gateway} has the voice of trunk group ${name}`;
      ports.push({ ...voice, port: media.gatewayPort, path: `${path}.gatewayPort`, what });
    }
    if (run.exchanges) {
      const what = `the exchange has the voice of trunk group ${name}`;
      ports.push({ ...voice, port: media.exchangePort, path: `${path}.exchangePort`, what });
    }
  });
  ports.push(...metricsPorts(configuration, run));
  return ports;
}

function metricsPorts({ metrics, cards }: RackConfiguration, { metricsPort }: PortsOf): NeededPorts[] {
  const told = metricsPort === undefined ? metrics : { address: metricsAddress, port: metricsPort };
  if (told === undefined) return [];
  const path = metricsPort === undefined ? "metrics.port" : optionPath;
  const one = { protocol: "TCP", address: told.address, count: 1, path } as const;
  return cards.map(({ slot }) => ({
    ...one,
    port: told.port + slot,
    what: `the card in slot ${slot} tells its figures`,
  }));
}

/** What is not in the configuration. */
const optionPath = "--metrics";

/** A sentence about the first port that cannot be had; undefined when all can. */
export async function portFault(needed: readonly NeededPorts[], file: string): Promise<string | undefined> {
  const taken = takenUdpPorts();
  for (const row of needed) {
    const { protocol, address, count, what, path } = row;
    for (let port = row.port; port < row.port + count; port++) {
      // A thousand sockets opened and closed take longer than a look into the kernel's table.
      const isEnd = port === row.port || port === row.port + count - 1;
      const code = isEnd ? await openOnce(protocol, address, port) : taken.has(port) ? "EADDRINUSE" : undefined;
      if (code === undefined) continue;
      const place = path === optionPath ? path : `${path} in ${file}`;
      const why = code === "EADDRINUSE" ? "is taken by another program" : `cannot be opened (${code})`;
      return `${protocol} port ${port} of ${address}, where ${what}, ${why}: end that program, or change ${place}`;
    }
  }
  return undefined;
}

function openOnce(protocol: NeededPorts["protocol"], address: string, port: number): Promise<string | undefined> {
  return protocol === "TCP" ? openTcp(address, port) : openUdp(address, port);
}

function openTcp(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
}

function openUdp(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}

function takenUdpPorts(): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const file of ["/proc/net/udp", "/proc/net/udp6"]) {
    let table: string;
    try {
      table = readFileSync(file, "latin1");
    } catch {
      continue;
    }
    for (const line of table.split("\n").slice(1)) {
      const [, local = ""] = line.trim().split(/\s+/);
      const port = Number.parseInt(local.split(":")[1] ?? "", 16);
      if (port > 0) ports.add(port);
    }
  }
  return ports;
}
