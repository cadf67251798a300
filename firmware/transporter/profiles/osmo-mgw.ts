/**
 * osmo-mgw with its bridge endpoints: an endpoint joins two RTP connections, one towards the exchange of each circuit. The
 * endpoint is named after the incoming circuit, `rtpbridge/<circuit + 1 in hexadecimal>`.
 *
 * It must never get an RSIP, nor a DLCX with a wildcard: either frees every endpoint it has. It knows repeated commands by
 * the transaction identifier alone, one back, for each endpoint: so endpoints are always named.
 */
import type { EndpointName } from "../../mgcp/endpoint-name.ts";
import type { ConnectionMode } from "../../mgcp/parameters.ts";
import { responseCodes } from "../../mgcp/response-codes.ts";
import { encodeSessionDescription } from "../../sdp/session-description.ts";
import {
  type CallInstruction,
  circuitsFrom,
  firstCircuitOf,
  type GatewayProfile,
  type GatewaySite,
  instructionModes,
  type PlannedCommand,
} from "./gateway-profile.ts";

const payloadTypePcma = 8;

/**
 * Modes of the connections towards the incoming and the outgoing circuit's exchange. They are seen from the gateway, which
 * sends to the caller what it receives from the called side.
 */
const modes: ReadonlyMap<number, readonly [incoming: ConnectionMode, outgoing: ConnectionMode]> = new Map([
  [instructionModes.backward, ["sendonly", "recvonly"]],
  [instructionModes.bothWays, ["sendrecv", "sendrecv"]],
]);

export const osmoMgw: GatewayProfile = {
  plan(instruction, callId, site) {
    switch (instruction.kind) {
      case "create":
        return [connect(instruction, "incoming", callId, site), connect(instruction, "outgoing", callId, site)];
      case "modify":
        return [change(instruction, "incoming", callId, site), change(instruction, "outgoing", callId, site)];
      case "delete":
        return [deleteCall(instruction.circuit, callId, site)];
    }
  },

  undo: ({ circuit }, callId, site) => [deleteCall(circuit, callId, site)],

  fallback(instruction, callId, site) {
    if (instruction.kind !== "create") return undefined;
    // The call server chose the circuit because it is idle: what is still connected there is left over.
    const commands = [deleteAll(instruction.circuit, site), ...osmoMgw.plan(instruction, callId, site)];
    return { codes: [responseCodes.tooManyConnections.code], commands };
  },

  created: ([incoming, outgoing]) => ({
    first: incoming.parameters.connectionIds?.[0],
    second: outgoing.parameters.connectionIds?.[0],
    session: incoming.sessions[0],
  }),

  clear: (first, count, site) =>
    circuitsFrom(first, count).map((circuit) => ({
      circuits: [circuit],
      command: deleteAll(circuit, site),
    })),

  redirection: () => undefined,

  probe: (site) => ({ verb: "AUEP", endpoint: endpointOf(firstCircuitOf(site), site), parameters: {} }),

  localName: (circuit) => `rtpbridge/${(circuit + 1).toString(16)}`,
};

type Side = "incoming" | "outgoing";

function endpointOf(circuit: number, site: GatewaySite): EndpointName {
  return { local: osmoMgw.localName(circuit, site), domain: site.gateway.domain };
}

function modeOf(mode: number, side: Side): ConnectionMode {
  const [incoming, outgoing] = modes.get(mode) ?? ["sendrecv", "sendrecv"];
  return side === "incoming" ? incoming : outgoing;
}

function connect(
  { circuit, otherCircuit, mode }: Extract<CallInstruction, { kind: "create" }>,
  side: Side,
  callId: string,
  site: GatewaySite,
): PlannedCommand {
  return {
    verb: "CRCX",
    endpoint: endpointOf(circuit, site),
    parameters: { callId, connectionMode: modeOf(mode, side) },
    sessions: [exchangeSide(side === "incoming" ? circuit : otherCircuit, site)],
  };
}

function change(
  instruction: Extract<CallInstruction, { kind: "modify" }>,
  side: Side,
  callId: string,
  site: GatewaySite,
): PlannedCommand {
  const { circuit, mode, identifier, secondIdentifier } = instruction;
  const name = site.connectionName(side === "incoming" ? identifier : secondIdentifier);
  const connectionIds = name === undefined ? {} : { connectionIds: [name] };
  return {
    verb: "MDCX",
    endpoint: endpointOf(circuit, site),
    parameters: { callId, ...connectionIds, connectionMode: modeOf(mode, side) },
  };
}

/** Both connections at once: with the call identifier alone all of the call's go. */
function deleteCall(circuit: number, callId: string, site: GatewaySite): PlannedCommand {
  return { verb: "DLCX", endpoint: endpointOf(circuit, site), parameters: { callId } };
}

function deleteAll(circuit: number, site: GatewaySite): PlannedCommand {
  return { verb: "DLCX", endpoint: endpointOf(circuit, site), parameters: {} };
}

/** Where the exchange at the other end of a circuit sends and receives the circuit's voice. */
function exchangeSide(circuit: number, { circuits }: GatewaySite): string {
  const { media, firstCic } = circuits.group(circuit);
  const connection = { addressType: media.address.includes(":") ? "IP6" : "IP4", address: media.address } as const;
  return encodeSessionDescription({
    origin: { username: "-", sessionId: "0", sessionVersion: "0", address: connection },
    sessionName: "-",
    connection,
    time: { start: "0", stop: "0" },
    attributes: [],
    media: [
      {
        media: "audio",
        port: media.exchangePort + circuits.cicOf(circuit) - firstCic,
        protocol: "RTP/AVP",
        formats: [payloadTypePcma.toString()],
        payloads: [{ payloadType: payloadTypePcma, encoding: "PCMA", clockHertz: 8000 }],
        attributes: [],
      },
    ],
  });
}
