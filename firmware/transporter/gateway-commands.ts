/**
 * What gateways say on their own (RFC 3435 2.3.4, 2.3.12, 4.4): how each command is answered and what it means for the
 * connections of the endpoints that it names.
 */
import type { Command } from "../mgcp/message.ts";
import { gatewayEvent } from "../interchange/input.ts";
import { responseCodes } from "../mgcp/response-codes.ts";

export interface GatewayCommandRow {
  readonly verb: Command["verb"];
  /** Undefined: any. */
  readonly restartMethod: Command["parameters"]["restartMethod"];
  readonly answer: number;
  /** What the call servers are told of the endpoints (`gatewayEvent`): their connections are gone. Undefined: nothing. */
  readonly event: number | undefined;
  readonly clause: string;
}

const { restarted, unreachable } = gatewayEvent;
const ok = responseCodes.ok.code;
const unsupported = responseCodes.unsupportedCommand.code;

// biome-ignore format: one row a line; the first that fits counts
export const gatewayCommands: readonly GatewayCommandRow[] = [
  { verb: "RSIP", restartMethod: "restart",         answer: ok,          event: restarted,    clause: "2.3.12: back in service, without connections" },
  { verb: "RSIP", restartMethod: "forced",          answer: ok,          event: unreachable,  clause: "2.3.12: taken out abruptly, connections lost" },
  { verb: "RSIP", restartMethod: "graceful",        answer: ok,          event: undefined,    clause: "2.3.12: connections stay" },
  { verb: "RSIP", restartMethod: "cancel-graceful", answer: ok,          event: undefined,    clause: "2.3.12" },
  { verb: "RSIP", restartMethod: "disconnected",    answer: ok,          event: undefined,    clause: "4.4.7: connections stay" },
  { verb: "RSIP", restartMethod: undefined,         answer: ok,          event: undefined,    clause: "2.3.12, a method of a package" },
  { verb: "NTFY", restartMethod: undefined,         answer: ok,          event: undefined,    clause: "2.3.4" },
  { verb: "EPCF", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.2: for gateways only" },
  { verb: "RQNT", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.3: for gateways only" },
  { verb: "CRCX", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.5: for gateways only" },
  { verb: "MDCX", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.6: for gateways only" },
  { verb: "DLCX", restartMethod: undefined,         answer: ok,          event: restarted,    clause: "2.3.8: the gateway gave up a connection" },
  { verb: "AUEP", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.10: for gateways only" },
  { verb: "AUCX", restartMethod: undefined,         answer: unsupported, event: undefined,    clause: "2.3.11: for gateways only" },
];

export function gatewayCommandRow({ verb, parameters }: Command): GatewayCommandRow | undefined {
  return gatewayCommands.find(
    (row) => row.verb === verb && (row.restartMethod === undefined || row.restartMethod === parameters.restartMethod),
  );
}
