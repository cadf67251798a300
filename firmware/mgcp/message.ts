/** MGCP messages as values (RFC 3435 3.2, 3.3). codec.ts writes and reads them. */
import type { DecodeError } from "../result.ts";
import type { EndpointName } from "./endpoint-name.ts";
import type { Parameters } from "./parameters.ts";
import type { Verb } from "./verbs.ts";

/** A parameter line that no table has a row for: `X-name` may be ignored, `X+name` must not be (3.2.2). */
export interface ExtensionParameter {
  readonly code: string;
  readonly value: string;
}

interface Body {
  /** 1 to 999,999,999. */
  readonly transactionId: number;
  readonly parameters: Parameters;
  readonly extensions: readonly ExtensionParameter[];
  /** Session descriptions as text, each line with CRLF (firmware/sdp reads them): none, one, or two in a response. */
  readonly sessions: readonly string[];
}

export interface Command extends Body {
  readonly kind: "command";
  readonly verb: Verb;
  readonly endpoint: EndpointName;
}

export interface Response extends Body {
  readonly kind: "response";
  /** 0 is the acknowledgement of a response, 100 to 199 provisional, 200 and above final. */
  readonly code: number;
  /** Whose 800 to 899 code it is. */
  readonly packageName?: string;
  readonly comment: string;
}

export type Message = Command | Response;

/** What is wrong with one message of a datagram, and all that an answer to it needs. */
export interface MessageError extends DecodeError {
  /** Where it could still be read. */
  readonly transactionId?: number;
  /** The response code that refuses it: only for commands with a transaction identifier; anything else is dropped. */
  readonly refusal?: number;
}

/** A command with nothing but what is given. */
export function command(
  verb: Verb,
  transactionId: number,
  endpoint: EndpointName,
  parameters: Parameters = {},
  sessions: readonly string[] = [],
): Command {
  return { kind: "command", verb, transactionId, endpoint, parameters, extensions: [], sessions };
}

/** A response with nothing but what is given. */
export function response(
  code: number,
  transactionId: number,
  comment = "",
  parameters: Parameters = {},
  sessions: readonly string[] = [],
): Response {
  return { kind: "response", code, transactionId, comment, parameters, extensions: [], sessions };
}

export function isProvisional(answer: Response): boolean {
  return answer.code >= 100 && answer.code < 200;
}

export function isResponseAcknowledgement(answer: Response): boolean {
  return answer.code === 0;
}
