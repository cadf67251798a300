/**
 * A gateway whose endpoints are the circuits themselves, `<trunk group>/<CIC>`, and which connects two of them with one
 * command (SecondEndpointId, RFC 3435 2.3.5). That makes two connections: the mode is changed at the incoming circuit's, the
 * other one is always both ways; each is deleted on its own.
 */
import type { EndpointName } from "../../mgcp/endpoint-name.ts";
import type { Response } from "../../mgcp/message.ts";
import type { Parameters } from "../../mgcp/parameters.ts";
import { responseCodes } from "../../mgcp/response-codes.ts";
import {
  type CallInstruction,
  circuitsFrom,
  firstCircuitOf,
  type GatewayProfile,
  type GatewaySite,
  instructionModes,
  type PlannedCommand,
} from "./gateway-profile.ts";

/** Of an endpoint, what its connections are called. */
const askForConnections: Parameters = { requestedInfo: ["I"] };

export const trunkCircuits: GatewayProfile = {
  plan(instruction, callId, site) {
    const endpoint = endpointOf(instruction.circuit, site);
    switch (instruction.kind) {
      case "create": {
        const secondEndpointId = endpointOf(instruction.otherCircuit, site);
        const connectionMode = modeOf(instruction.mode);
        return [{ verb: "CRCX", endpoint, parameters: { callId, secondEndpointId, connectionMode } }];
      }
      case "modify": {
        const connectionIds = connectionIdsOf(instruction.identifier, site);
        const connectionMode = modeOf(instruction.mode);
        return [{ verb: "MDCX", endpoint, parameters: { callId, ...connectionIds, connectionMode } }];
      }
      case "delete": {
        const second = endpointOf(instruction.otherCircuit, site);
        const connectionIds = connectionIdsOf(instruction.identifier, site);
        const secondIds = connectionIdsOf(instruction.secondIdentifier, site);
        return [
          { verb: "DLCX", endpoint, parameters: { callId, ...connectionIds } },
          { verb: "DLCX", endpoint: second, parameters: { callId, ...secondIds } },
        ];
      }
    }
  },

  undo: (instruction, callId, site) => deleteCall(instruction, callId, site),

  fallback(instruction, callId, site) {
    const { circuit, otherCircuit } = instruction;
    switch (instruction.kind) {
      // The call server chose both circuits because they are idle: what is still connected there is left over.
      case "create": {
        const release = [deleteAll(circuit, site), deleteAll(otherCircuit, site)];
        const commands = [...release, ...trunkCircuits.plan(instruction, callId, site)];
        return { codes: [responseCodes.tooManyConnections.code], commands };
      }
      // A name that only another card knew: the gateway is asked for it (RFC 3435 2.3.10).
      case "modify": {
        const audit: PlannedCommand = {
          verb: "AUEP",
          endpoint: endpointOf(circuit, site),
          parameters: askForConnections,
        };
        const [command] = trunkCircuits.plan(instruction, callId, site);
        const modify = ({ parameters: { connectionIds } }: Response): PlannedCommand => ({
          ...command,
          parameters: { ...command.parameters, ...(connectionIds?.length ? { connectionIds } : {}) },
        });
        return { codes: [responseCodes.badConnectionId.code], commands: [audit, modify] };
      }
      case "delete":
        return { codes: [responseCodes.badConnectionId.code], commands: deleteCall(instruction, callId, site) };
    }
  },

  created([answer]) {
    const { connectionIds, secondConnectionId } = answer.parameters;
    return { first: connectionIds?.[0], second: secondConnectionId, session: answer.sessions[0] };
  },

  clear(first, count, site) {
    const whole = site.circuits.rangeOf(site.circuits.trunkGroupOf(first));
    if (whole.first === first && whole.count === count) {
      const endpoint = { local: `${site.circuits.group(first).name}/*`, domain: site.gateway.domain };
      return [{ circuits: circuitsFrom(first, count), command: { verb: "DLCX", endpoint, parameters: {} } }];
    }
    return circuitsFrom(first, count).map((circuit) => ({ circuits: [circuit], command: deleteAll(circuit, site) }));
  },

  redirection: ({ gateway: { domain } }, notifiedEntity) => ({
    verb: "RQNT",
    endpoint: { local: "*", domain },
    parameters: { requestIdentifier: "0", notifiedEntity },
  }),

  probe: (site) => ({ verb: "AUEP", endpoint: endpointOf(firstCircuitOf(site), site), parameters: {} }),

  localName: (circuit, { circuits }) => circuits.nameOf(circuit),
};

function endpointOf(circuit: number, site: GatewaySite): EndpointName {
  return { local: trunkCircuits.localName(circuit, site), domain: site.gateway.domain };
}

/** Seen from the endpoint, whose other side is the circuit: what it receives from the connection, the circuit hears. */
function modeOf(mode: number): "recvonly" | "sendrecv" {
  return mode === instructionModes.bothWays ? "sendrecv" : "recvonly";
}

function connectionIdsOf(identifier: number, site: GatewaySite): { readonly connectionIds?: readonly string[] } {
  const name = site.connectionName(identifier);
  return name === undefined ? {} : { connectionIds: [name] };
}

/** Both connections, whatever they are called. */
function deleteCall(
  { circuit, otherCircuit }: CallInstruction,
  callId: string,
  site: GatewaySite,
): readonly PlannedCommand[] {
  return [circuit, otherCircuit].map((each) => ({
    verb: "DLCX",
    endpoint: endpointOf(each, site),
    parameters: { callId },
  }));
}

function deleteAll(circuit: number, site: GatewaySite): PlannedCommand {
  return { verb: "DLCX", endpoint: endpointOf(circuit, site), parameters: {} };
}
