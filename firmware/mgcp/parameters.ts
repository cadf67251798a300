/** The parameter lines of MGCP messages (RFC 3435 3.2.2): one row a line, in the order in which they are written. */
import {
  decimal,
  endpointName,
  identifier,
  list,
  named,
  notifiedEntity,
  reasonCode,
  text,
  transactionRange,
  type ValueForm,
  word,
} from "./value-forms.ts";

/** `repeats`: the line may be there several times, and its value is the list of all of them. */
export interface ParameterRow<T> {
  readonly code: string;
  readonly form: ValueForm<T>;
  readonly repeats: boolean;
}

function line<T>(code: string, form: ValueForm<T>): ParameterRow<T> & { readonly repeats: false } {
  return { code, form, repeats: false };
}

function lines<T>(code: string, form: ValueForm<T>): ParameterRow<T> & { readonly repeats: true } {
  return { code, form, repeats: true };
}

/** Modes of a connection, seen from its endpoint: `recvonly` plays to the endpoint only (3.2.2.6). */
export const connectionModes = [
  "sendonly",
  "recvonly",
  "sendrecv",
  "confrnce",
  "inactive",
  "loopback",
  "conttest",
  "netwloop",
  "netwtest",
] as const;

/** 3.2.2.20. */
export const restartMethods = ["graceful", "forced", "restart", "disconnected", "cancel-graceful"] as const;

export const parameters = {
  responseAck: line("K", list(transactionRange)), //                  3.2.2.19; empty asks for an acknowledgement
  bearerInformation: line("B", list(named(":"))), //                  3.2.2.1
  callId: line("C", identifier), //                                   3.2.2.2
  specificEndpointIds: lines("Z", endpointName), //                   3.2.1.3; several in answer to an audit of `*`
  secondEndpointId: line("Z2", endpointName), //                      3.2.1.3
  connectionIds: line("I", list(identifier)), //                      3.2.2.5; several in answer to an audit
  secondConnectionId: line("I2", identifier), //                      3.2.2.5
  notifiedEntity: line("N", notifiedEntity), //                       3.2.1.3
  requestIdentifier: line("X", identifier), //                        3.2.2.18
  localConnectionOptions: line("L", list(named(":"))), //             3.2.2.10
  connectionMode: line("M", word(connectionModes)), //                3.2.2.6
  requestedEvents: line("R", list(text)), //                          3.2.2.16
  signalRequests: line("S", list(text)), //                           3.2.2.21
  digitMap: line("D", text), //                                       3.2.2
  observedEvents: line("O", list(text)), //                           3.2.2.12
  detectEvents: line("T", list(text)), //                             3.2.2.8
  eventStates: line("ES", list(text)), //                             3.2.2.9
  quarantineHandling: line("Q", list(text)), //                       3.2.2.14
  connectionParameters: line("P", list(named("="))), //               3.2.2.7
  reasonCode: line("E", reasonCode), //                               3.2.2.15
  restartMethod: line("RM", word(restartMethods)), //                 3.2.2.20
  restartDelay: line("RD", decimal(6)), //                            3.2.2; seconds
  requestedInfo: line("F", list(text)), //                            3.2.2.17
  capabilities: lines("A", text), //                                  3.2.2.3
  packageList: line("PL", list(named(":"))), //                       3.2.2.13
  maxDatagram: line("MD", decimal(9)), //                             3.2.2.11; octets
} as const;

export type ParameterName = keyof typeof parameters;

type ValueOf<R> = R extends { repeats: true; form: ValueForm<infer T> }
  ? readonly T[]
  : R extends { form: ValueForm<infer T> }
    ? T
    : never;

/** The values of a message's parameter lines, by name. */
export type Parameters = { readonly [N in ParameterName]?: ValueOf<(typeof parameters)[N]> };

export type ConnectionMode = NonNullable<Parameters["connectionMode"]>;

/** The names, in the order in which the lines are written. */
export const parameterNames = Object.keys(parameters) as readonly ParameterName[];

const namesByCode = new Map<string, ParameterName>(parameterNames.map((name) => [parameters[name].code, name]));

/** The row for a line that begins with `code` in upper or lower case. */
export function parameterByCode(code: string): ParameterName | undefined {
  return namesByCode.get(code.toUpperCase());
}
