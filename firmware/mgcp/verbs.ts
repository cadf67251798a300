/** The commands of MGCP (RFC 3435 2.3, 3.2.1.1): who sends them, what they may be addressed to, what they must carry. */
import type { ParameterName } from "./parameters.ts";

export interface VerbRow {
  readonly meaning: string;
  readonly clause: string;
  readonly sentBy: "call-agent" | "gateway";
  /** Whether the endpoint may be `*` (all of) and `$` (any of). */
  readonly allOf: boolean;
  readonly anyOf: boolean;
  readonly mandatory: readonly ParameterName[];
}

function verb(
  meaning: string,
  clause: string,
  sentBy: VerbRow["sentBy"],
  wildcards: string,
  ...mandatory: readonly ParameterName[]
): VerbRow {
  return { meaning, clause, sentBy, allOf: wildcards.includes("*"), anyOf: wildcards.includes("$"), mandatory };
}

export const verbs = {
  EPCF: verb("EndpointConfiguration", "2.3.2", "call-agent", "*"),
  RQNT: verb("NotificationRequest", "2.3.3", "call-agent", "*", "requestIdentifier"),
  NTFY: verb("Notify", "2.3.4", "gateway", "", "requestIdentifier", "observedEvents"),
  CRCX: verb("CreateConnection", "2.3.5", "call-agent", "$", "callId", "connectionMode"),
  MDCX: verb("ModifyConnection", "2.3.6", "call-agent", ""),
  DLCX: verb("DeleteConnection", "2.3.7 to 2.3.9", "call-agent", "*"),
  AUEP: verb("AuditEndpoint", "2.3.10", "call-agent", "*"),
  AUCX: verb("AuditConnection", "2.3.11", "call-agent", "", "connectionIds"),
  RSIP: verb("RestartInProgress", "2.3.12", "gateway", "*", "restartMethod"),
} as const satisfies Record<string, VerbRow>;

export type Verb = keyof typeof verbs;

/** The verb of these four letters in upper or lower case. */
export function parseVerb(text: string): Verb | undefined {
  const upper = text.toUpperCase();
  return Object.hasOwn(verbs, upper) ? (upper as Verb) : undefined;
}
