/** What the software media gateway is told: its name, its sockets, its circuits, and the faults it plays. */
import { z } from "zod";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";

const port = z.int().min(1).max(65_535);
const address = z.union([z.ipv4(), z.ipv6()]);

/** Circuits `firstCic` to `lastCic`; the ports of a circuit are the base ports plus CIC minus first CIC. */
const trunkGroup = z.strictObject({
  trunkGroup: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  firstCic: z.int().min(0).max(4095),
  lastCic: z.int().min(0).max(4095),
  address,
  gatewayBasePort: port,
  exchangeBasePort: port,
});

/** What goes wrong on purpose. */
const faults = z.strictObject({
  /** Every answer is late by this. */
  replyDelayMillis: z.number().min(0).default(0),
  /** The first answers are sent to nobody: as many as this. */
  dropFirstReplies: z.int().min(0).default(0),
  /** Every CRCX for one of these endpoints (local names, wildcards allowed) is refused with the code. */
  refuse: z.array(z.strictObject({ endpoint: z.string(), code: z.int().min(400).max(899) })).default([]),
});

export const gatewaySchema = z.strictObject({
  domain: z.string().min(1).max(64).default("gw"),
  /** The MGCP socket; port 0 takes a free one. */
  address: address.default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(2427),
  /** Who is told of restarts, until a command says otherwise by N:. */
  notifiedEntity: z.strictObject({ address, port: port.default(2727) }).optional(),
  trunkGroups: z.array(trunkGroup).default([]),
  /** Ports for connections to a session description (RTP); only even ones are used. */
  rtp: z.strictObject({ firstPort: port.default(16_000), lastPort: port.default(16_999) }).prefault({}),
  /** Connections of the whole gateway; more are refused with 502. */
  connectionsMax: z.int().min(0).default(100_000),
  /** First wait of the disconnected procedure, when nobody answers a restart (RFC 3435 4.4.7); doubled up to the other. */
  restartRetryMillis: z.int().min(10).default(2000),
  restartRetryMaxMillis: z.int().min(10).default(600_000),
  faults: faults.prefault({}),
});

export type GatewayConfiguration = z.output<typeof gatewaySchema>;
export type GatewayFaults = GatewayConfiguration["faults"];
export type CircuitRange = GatewayConfiguration["trunkGroups"][number];

/** The configuration of the gateway that a rack's file calls `name`; undefined when it has none of that name. */
export function gatewayOfRack(rack: RackConfiguration, name: string): GatewayConfiguration | undefined {
  const gateway = rack.gateways.find((candidate) => candidate.name === name);
  if (gateway === undefined) return undefined;
  return gatewaySchema.parse({
    domain: gateway.domain,
    address: gateway.address,
    port: gateway.port,
    notifiedEntity: { address: gateway.callAgents[0].address, port: gateway.callAgents[0].port },
    trunkGroups: rack.trunkGroups
      .filter((group) => group.gateway === name)
      .map((group) => ({
        trunkGroup: group.name,
        firstCic: group.firstCic,
        lastCic: group.lastCic,
        address: group.media.address,
        gatewayBasePort: group.media.gatewayPort,
        exchangeBasePort: group.media.exchangePort,
      })),
  });
}
