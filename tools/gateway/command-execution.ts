/** What the gateway does for each command (RFC 3435 2.3): checks it, changes the endpoint table, and says what came of it. */
import { anyOf, type EndpointName, hasWildcard } from "../../firmware/mgcp/endpoint-name.ts";
import { type Command, type Response, response } from "../../firmware/mgcp/message.ts";
import type { ConnectionMode, Parameters } from "../../firmware/mgcp/parameters.ts";
import { type ResponseCodeRow, responseCode, responseCodes } from "../../firmware/mgcp/response-codes.ts";
import { type Verb, verbs } from "../../firmware/mgcp/verbs.ts";
import {
  audioDestination,
  decodeSessionDescription,
  encodeSessionDescription,
} from "../../firmware/sdp/session-description.ts";
import {
  type Connection,
  type Endpoint,
  type EndpointTable,
  route,
  statistics,
  supportedModes,
} from "./endpoint-table.ts";
import type { MediaPort } from "./media-port.ts";

/** What commands work on, beside the table. */
export interface ExecutionContext {
  readonly domain: string;
  readonly connectionsMax: number;
  readonly table: EndpointTable;
  /** A bound port for the network side of a connection; undefined when there is none left. */
  openRtp(): Promise<MediaPort | undefined>;
  /** The code to refuse a CRCX for this endpoint with, if it is to be refused. */
  refusal(endpoint: Endpoint): number | undefined;
}

/** Why a command is not done. Thrown inside this file only. */
class Refusal extends Error {
  readonly row: ResponseCodeRow;

  constructor(row: ResponseCodeRow) {
    super(row.meaning);
    this.row = row;
  }
}

type Answer = Omit<Response, "kind" | "transactionId" | "extensions">;
type Execution = (command: Command, context: ExecutionContext) => Answer | Promise<Answer>;

const executions: { readonly [V in Verb]: Execution } = {
  CRCX: createConnection,
  MDCX: modifyConnection,
  DLCX: deleteConnection,
  AUEP: auditEndpoint,
  AUCX: auditConnection,
  RQNT: requestNotification,
  EPCF: ({ endpoint }, context) => {
    endpointsOf(endpoint, context);
    return answer(responseCodes.ok);
  },
  NTFY: () => answer(responseCodes.unsupportedCommand),
  RSIP: () => answer(responseCodes.unsupportedCommand),
};

/**
 * Does a command and gives its final response: at once, or when a port had to be opened first. Commands are begun, and
 * those answered at once are answered, in the order in which they come (3.5.5).
 */
export function execute(command: Command, context: ExecutionContext): Response | Promise<Response> {
  const { transactionId } = command;
  const say = ({ code, comment, parameters, sessions }: Answer) =>
    response(code, transactionId, comment, parameters, sessions);
  const sayRefused = (error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    return response(error.row.code, transactionId, error.row.meaning);
  };
  try {
    check(command, context);
    const done = executions[command.verb](command, context);
    return done instanceof Promise ? done.then(say, sayRefused) : say(done);
  } catch (error) {
    return sayRefused(error);
  }
}

function answer(row: ResponseCodeRow, parameters: Parameters = {}, sessions: readonly string[] = []): Answer {
  return { code: row.code, comment: row.code < 300 ? "OK" : row.meaning, parameters, sessions };
}

function refuse(row: ResponseCodeRow): never {
  throw new Refusal(row);
}

/** What holds for every command: the domain, the wildcards, the mandatory parameters, the extensions. */
function check(command: Command, { domain }: ExecutionContext): void {
  const { endpoint, parameters, extensions, verb } = command;
  const row = verbs[verb];
  if (row.sentBy === "gateway") refuse(responseCodes.unsupportedCommand);
  if (endpoint.domain.toLowerCase() !== domain.toLowerCase()) refuse(responseCodes.endpointUnknown);
  if (hasWildcard(endpoint, "*") && !row.allOf) refuse(responseCodes.wildcardTooComplicated);
  if (hasWildcard(endpoint, anyOf) && !row.anyOf) refuse(responseCodes.endpointUnknown);
  if (row.mandatory.some((name) => parameters[name] === undefined)) refuse(responseCodes.protocolError);
  // Only X- says that it may be ignored (3.2.2).
  if (extensions.some(({ code }) => !/^x-/i.test(code))) refuse(responseCodes.unrecognizedExtension);
}

function endpointsOf(name: EndpointName, { table }: ExecutionContext): readonly Endpoint[] {
  const found = table.matching(name.local);
  return found.length > 0 ? found : refuse(responseCodes.endpointUnknown);
}

function modeOf(mode: ConnectionMode): ConnectionMode {
  return supportedModes.has(mode) ? mode : refuse(responseCodes.unsupportedMode);
}

/** The endpoint of a CRCX: the one named, or with `$` an idle one. */
function pickEndpoint(name: EndpointName, context: ExecutionContext): Endpoint {
  if (name.domain.toLowerCase() !== context.domain.toLowerCase()) refuse(responseCodes.endpointUnknown);
  const candidates = endpointsOf(name, context);
  const endpoint = candidates.find(({ connection }) => connection === undefined);
  if (endpoint === undefined) {
    return refuse(hasWildcard(name, anyOf) ? responseCodes.noEndpointAvailable : responseCodes.tooManyConnections);
  }
  const code = context.refusal(endpoint);
  return code === undefined ? endpoint : refuse({ ...responseCode(code), code });
}

function createConnection(command: Command, context: ExecutionContext): Answer | Promise<Answer> {
  const { callId = "", connectionMode = "inactive", secondEndpointId } = command.parameters;
  const mode = modeOf(connectionMode);
  if (secondEndpointId === undefined) return createToSession(command, context, callId, mode);
  // A second endpoint and a session description are two answers to one question (2.3.5).
  if (command.sessions.length > 0 || hasWildcard(secondEndpointId, "*")) refuse(responseCodes.protocolError);
  if (context.table.connectionCount + 2 > context.connectionsMax) refuse(responseCodes.noResources);
  const endpoint = pickEndpoint(command.endpoint, context);
  const second = pickEndpoint(secondEndpointId, context);
  if (second === endpoint) refuse(responseCodes.protocolError);
  const connection = context.table.connect(endpoint, callId, mode);
  // The connection at the second endpoint is always both ways (2.3.5).
  const partner = context.table.connect(second, callId, "sendrecv");
  connection.options = command.parameters.localConnectionOptions ?? [];
  connection.partner = partner;
  partner.partner = connection;
  route(connection);
  return answer(responseCodes.ok, {
    ...chosen(command.endpoint, endpoint, context),
    secondEndpointId: { local: second.name, domain: context.domain },
    connectionIds: [connection.id],
    secondConnectionId: partner.id,
  });
}

/** Z: tells what `$` came to. */
function chosen(asked: EndpointName, endpoint: Endpoint, { domain }: ExecutionContext): Parameters {
  return hasWildcard(asked, anyOf) ? { specificEndpointIds: [{ local: endpoint.name, domain }] } : {};
}

async function createToSession(
  command: Command,
  context: ExecutionContext,
  callId: string,
  mode: ConnectionMode,
): Promise<Answer> {
  if (context.table.connectionCount + 1 > context.connectionsMax) refuse(responseCodes.noResources);
  const [session] = command.sessions;
  const destination = session === undefined ? undefined : destinationOf(session);
  const endpoint = pickEndpoint(command.endpoint, context);
  // Taken before the port is open, so that no other command takes the endpoint meanwhile.
  const connection = context.table.connect(endpoint, callId, mode);
  connection.options = command.parameters.localConnectionOptions ?? [];
  connection.remoteSession = session;
  const rtp = await context.openRtp();
  if (rtp === undefined) {
    context.table.disconnect(connection);
    return refuse(responseCodes.noResources);
  }
  rtp.peer = destination;
  connection.rtp = rtp;
  route(connection);
  const parameters = { ...chosen(command.endpoint, endpoint, context), connectionIds: [connection.id] };
  return answer(responseCodes.ok, parameters, [localSession(rtp)]);
}

function destinationOf(session: string): MediaPort["peer"] {
  const decoded = decodeSessionDescription(session);
  return decoded.ok ? audioDestination(decoded.value) : refuse(responseCodes.badSession);
}

function localSession({ address, port }: MediaPort): string {
  const addressType = address.includes(":") ? "IP6" : "IP4";
  const payloads = [{ payloadType: 8, encoding: "PCMA", clockHertz: 8000 }];
  return encodeSessionDescription({
    connection: { addressType, address },
    attributes: [],
    media: [{ media: "audio", port, protocol: "RTP/AVP", formats: ["8"], payloads, packetMillis: 20, attributes: [] }],
  });
}

/** The connection that a command names by I:, or the endpoint's only one; C: must fit. */
function connectionOf(command: Command, context: ExecutionContext): Connection {
  const { callId, connectionIds } = command.parameters;
  const [endpoint] = endpointsOf(command.endpoint, context);
  const { connection } = endpoint;
  if (connectionIds !== undefined && connectionIds.length !== 1) refuse(responseCodes.protocolError);
  const named = connectionIds === undefined || connectionIds[0].toUpperCase() === connection?.id;
  if (connection === undefined || !named) return refuse(responseCodes.badConnectionId);
  if (callId !== undefined && callId.toUpperCase() !== connection.callId.toUpperCase()) refuse(responseCodes.badCallId);
  return connection;
}

function modifyConnection(command: Command, context: ExecutionContext): Answer {
  const { connectionMode, localConnectionOptions } = command.parameters;
  const connection = connectionOf(command, context);
  const [session] = command.sessions;
  const mode = modeOf(connectionMode ?? connection.mode);
  if (session !== undefined) {
    if (connection.rtp === undefined) return refuse(responseCodes.unsupportedSession);
    connection.rtp.peer = destinationOf(session);
    connection.remoteSession = session;
  }
  connection.mode = mode;
  connection.options = localConnectionOptions ?? connection.options;
  route(connection);
  return answer(responseCodes.ok, {}, connection.rtp === undefined ? [] : [localSession(connection.rtp)]);
}

/** By connection (with statistics), by call on one endpoint or many, or everything on one endpoint or many (2.3.7, 2.3.9). */
function deleteConnection(command: Command, context: ExecutionContext): Answer {
  const { callId, connectionIds } = command.parameters;
  const isWildcard = hasWildcard(command.endpoint, "*");
  if (connectionIds !== undefined) {
    if (isWildcard) refuse(responseCodes.protocolError);
    const connection = connectionOf(command, context);
    context.table.disconnect(connection);
    return answer(responseCodes.deleted, { connectionParameters: statistics(connection) });
  }
  const endpoints = endpointsOf(command.endpoint, context);
  let doomed: readonly Connection[];
  if (callId === undefined) {
    doomed = endpoints.flatMap(({ connection }) => (connection === undefined ? [] : [connection]));
  } else {
    const among = new Set(endpoints);
    doomed = [...context.table.connectionsOfCall(callId)].filter(({ endpoint }) => among.has(endpoint));
    if (doomed.length === 0 && !isWildcard) refuse(responseCodes.badCallId);
  }
  for (const connection of doomed) context.table.disconnect(connection);
  const [only] = doomed;
  return answer(
    responseCodes.deleted,
    doomed.length === 1 && !isWildcard ? { connectionParameters: statistics(only) } : {},
  );
}

function requestNotification(command: Command, context: ExecutionContext): Answer {
  const { parameters } = command;
  for (const endpoint of endpointsOf(command.endpoint, context)) {
    endpoint.requestIdentifier = parameters.requestIdentifier ?? "0";
    endpoint.requestedEvents = parameters.requestedEvents ?? [];
    endpoint.signalRequests = parameters.signalRequests ?? [];
    if (parameters.notifiedEntity === "") endpoint.notifiedEntity = undefined;
    else if (parameters.notifiedEntity !== undefined) endpoint.notifiedEntity = parameters.notifiedEntity;
  }
  return answer(responseCodes.ok);
}

/** What F: can ask of an endpoint (2.3.10), by the code of the parameter. */
const endpointInfo: Readonly<Record<string, (endpoint: Endpoint) => Parameters>> = {
  I: ({ connection }) => ({ connectionIds: connection === undefined ? [] : [connection.id] }),
  X: ({ requestIdentifier }) => ({ requestIdentifier }),
  R: ({ requestedEvents }) => ({ requestedEvents }),
  S: ({ signalRequests }) => ({ signalRequests }),
  N: ({ notifiedEntity }) => ({ notifiedEntity: notifiedEntity ?? "" }),
  O: () => ({ observedEvents: [] }),
  A: () => ({ capabilities: [`a:PCMA, p:20, m:${[...supportedModes].join(";")}`] }),
};

/** What F: can ask of a connection (2.3.11). LC and RC come as sessions. */
const connectionInfo: Readonly<Record<string, (connection: Connection) => Parameters>> = {
  C: ({ callId }) => ({ callId }),
  M: ({ mode }) => ({ connectionMode: mode }),
  L: ({ options }) => ({ localConnectionOptions: options }),
  P: (connection) => ({ connectionParameters: statistics(connection) }),
  N: ({ endpoint }) => ({ notifiedEntity: endpoint.notifiedEntity ?? "" }),
  LC: () => ({}),
  RC: () => ({}),
};

function collect<T>(
  asked: readonly string[],
  info: Readonly<Record<string, (of: T) => Parameters>>,
  of: T,
): Parameters {
  let parameters: Parameters = {};
  for (const item of asked) {
    const code = item.toUpperCase();
    if (!Object.hasOwn(info, code)) refuse(responseCodes.badParameter);
    parameters = { ...parameters, ...info[code](of) };
  }
  return parameters;
}

function auditEndpoint(command: Command, context: ExecutionContext): Answer {
  const endpoints = endpointsOf(command.endpoint, context);
  if (hasWildcard(command.endpoint, "*")) {
    const specificEndpointIds = endpoints.map(({ name }) => ({ local: name, domain: context.domain }));
    return answer(responseCodes.ok, { specificEndpointIds });
  }
  return answer(responseCodes.ok, collect(command.parameters.requestedInfo ?? [], endpointInfo, endpoints[0]));
}

function auditConnection(command: Command, context: ExecutionContext): Answer {
  const connection = connectionOf(command, context);
  const asked = command.parameters.requestedInfo ?? [];
  const parameters = collect(asked, connectionInfo, connection);
  const wants = (code: string) => asked.some((item) => item.toUpperCase() === code);
  const sessions: string[] = [];
  if (wants("LC") && connection.rtp !== undefined) sessions.push(localSession(connection.rtp));
  if (wants("RC") && connection.remoteSession !== undefined) sessions.push(connection.remoteSession);
  return answer(responseCodes.ok, parameters, sessions);
}
