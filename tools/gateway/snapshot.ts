/** The gateway's own view of itself, as plain data that can be sent as JSON. */
import type { SendReason } from "../../firmware/mgcp/responder.ts";
import type { Verb } from "../../firmware/mgcp/verbs.ts";
import type { EndpointTable } from "./endpoint-table.ts";
import type { FirstCommand, GatewayCounters } from "./gateway-counters.ts";

export interface ConnectionSnapshot {
  /** Local name: `east/5`. */
  readonly endpoint: string;
  readonly connectionId: string;
  readonly callId: string;
  readonly mode: string;
  /** Local name of the endpoint at the other side, where that is one of this gateway. */
  readonly partner?: string;
  /** The port on the network side, where there is one. */
  readonly rtpPort?: number;
}

export interface GatewaySnapshot {
  readonly domain: string;
  readonly endpointCount: number;
  readonly connections: readonly ConnectionSnapshot[];
  readonly commands: Readonly<Record<Verb, number>>;
  readonly firstCommands: Readonly<Partial<Record<Verb, FirstCommand>>>;
  /** Commands refused, by response code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Datagrams sent to call agents, by why they were; `repetition` are duplicates answered from the history. */
  readonly replies: Readonly<Record<SendReason, number>>;
  readonly malformed: number;
  readonly droppedReplies: number;
  readonly restartsAnswered: number;
  /** Packets that circuits received, and that were played to circuits. */
  readonly packetsReceived: number;
  readonly packetsForwarded: number;
  /** Packets at circuits without a connection. */
  readonly strayPackets: number;
  /** Packets that a connection's mode did not let through, such as forward voice before the answer. */
  readonly blockedPackets: number;
  /** Packets that the kernel dropped at circuits because this process was too slow. */
  readonly hostDrops: number;
  /** Datagrams that the kernel dropped at the MGCP socket: their senders repeat them. */
  readonly controlDrops: number;
}

/** `port` is the MGCP socket's; `dropped` are the kernel's drops by local port. */
export function snapshotOf(
  domain: string,
  port: number,
  table: EndpointTable,
  counters: GatewayCounters,
  dropped: ReadonlyMap<number, number>,
): GatewaySnapshot {
  const connections: ConnectionSnapshot[] = [];
  for (const { endpoint, id, callId, mode, partner, rtp } of table.connections()) {
    connections.push({
      endpoint: endpoint.name,
      connectionId: id,
      callId,
      mode,
      ...(partner !== undefined && { partner: partner.endpoint.name }),
      ...(rtp !== undefined && { rtpPort: rtp.port }),
    });
  }
  const media = { packetsReceived: 0, packetsForwarded: 0, strayPackets: 0, blockedPackets: 0, hostDrops: 0 };
  for (const { circuit } of table.endpoints()) {
    media.packetsReceived += circuit.received.packets;
    media.packetsForwarded += circuit.played.packets;
    media.strayPackets += circuit.stray;
    media.blockedPackets += circuit.blocked;
    media.hostDrops += dropped.get(circuit.port) ?? 0;
  }
  return {
    domain,
    endpointCount: table.size,
    connections,
    commands: { ...counters.commands },
    firstCommands: { ...counters.first },
    refused: { ...counters.refused },
    replies: { ...counters.sent },
    malformed: counters.malformed,
    droppedReplies: counters.droppedReplies,
    restartsAnswered: counters.restartsAnswered,
    ...media,
    controlDrops: dropped.get(port) ?? 0,
  };
}
