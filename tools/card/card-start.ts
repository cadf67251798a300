/** What a card's program is started with, handed on to the thread of its communication processor. */
import type { AlarmChange } from "../../firmware/alarms/alarm-list.ts";
import type { CommunicationOptions } from "../../firmware/backplane/communication-processor.ts";
import type { Milestone } from "../../firmware/backplane/membership.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { OperatorCommand } from "../../firmware/card/operator-command.ts";
import type { ProcessorLinkMemory } from "../../hal/linux/processor-link.ts";
import type { WatchdogStart } from "./watchdog.ts";
import type { TappedPart } from "./bus-tap.ts";

export interface CommunicationStart {
  readonly options: Omit<CommunicationOptions, "incarnation" | "realTime" | "withoutRules">;
  readonly memory: ProcessorLinkMemory;
  /** Planes A and B, as plane-port.ts reads them. */
  readonly planes: readonly [string, string];
  readonly bus: RackConfiguration["bus"];
  readonly realTimePriority: number;
  readonly watchdog: WatchdogStart | undefined;
  /** What is rehearsed, and for which group. */
  readonly rehearsal: { readonly configuration: RackConfiguration; readonly group: number } | undefined;
}

/** What the threads of a card tell: the communication processor its application processor, and that one the supervisor. */
export type CardReport =
  | { readonly kind: "ready"; readonly realTime: boolean }
  | {
      readonly kind: "log";
      readonly severity: "info" | "warning" | "alarm";
      readonly text: string;
      readonly atMicros: number;
    }
  | ({ readonly kind: "alarm"; readonly atMicros: number } & AlarmChange)
  | { readonly kind: "milestone"; readonly step: Milestone; readonly term: number; readonly atMicros: number }
  | { readonly kind: "communication"; readonly status: Readonly<Record<string, unknown>> }
  | { readonly kind: "application"; readonly status: Readonly<Record<string, unknown>> }
  /** The application has failed: the card ends. */
  | { readonly kind: "failed"; readonly text: string }
  /** To the application processor's thread alone. */
  | ({ readonly kind: "frames" } & TappedPart)
  /** The card ends, and wants to be started anew. */
  | { readonly kind: "restarting" }
  /** The card cannot do its work: a sentence for the user. */
  | { readonly kind: "unusable"; readonly text: string }
  | { readonly kind: "ladder"; readonly request: number; readonly entries: unknown };

/** What the communication processor's thread is told when it runs: to let go of the watchdog; to show what the planes bring, or not. */
export type ThreadRequest = "ends" | "listen-in" | "listen-no-more";

/** What the supervisor asks of a card. */
export type CardRequest =
  | { readonly kind: "leave" }
  | { readonly kind: "operator"; readonly command: OperatorCommand }
  /** The trace entries of the call that runs on a circuit or has a reference, for the ladder. */
  | {
      readonly kind: "ladder";
      readonly request: number;
      readonly call?: number;
      readonly circuits?: readonly number[];
    };
