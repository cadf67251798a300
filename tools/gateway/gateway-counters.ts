/** What the gateway counts about its control side. */
import { formatEndpointName } from "../../firmware/mgcp/endpoint-name.ts";
import type { Command } from "../../firmware/mgcp/message.ts";
import type { SendReason } from "../../firmware/mgcp/responder.ts";
import { type Verb, verbs } from "../../firmware/mgcp/verbs.ts";
import type { Micros } from "../../firmware/time.ts";

/** The first command with a verb. `atMicros` is of the machine's monotonic clock, the same in every process. */
export interface FirstCommand {
  readonly atMicros: Micros;
  readonly transactionId: number;
  readonly endpoint: string;
}

export class GatewayCounters {
  /** Commands executed: repetitions are not counted here. */
  readonly commands: Record<Verb, number> = zeroes(Object.keys(verbs) as Verb[]);
  readonly first: Partial<Record<Verb, FirstCommand>> = {};
  /** Commands refused, by response code. */
  readonly refused: Record<string, number> = {};
  readonly sent: Record<SendReason, number> = zeroes([
    "answer",
    "repetition",
    "provisional",
    "unacknowledged",
    "overload",
  ]);
  malformed = 0;
  droppedReplies = 0;
  restartsAnswered = 0;

  begin(verb: Verb, { transactionId, endpoint }: Command, atMicros: Micros): void {
    this.commands[verb]++;
    this.first[verb] ??= { atMicros, transactionId, endpoint: formatEndpointName(endpoint) };
  }

  end(code: number): void {
    if (code >= 400) this.refused[code] = (this.refused[code] ?? 0) + 1;
  }
}

function zeroes<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
