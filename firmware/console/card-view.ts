/** What the console sees of its card, and what it can do to it: supplied by the card's program. */
import type { TableRequest, TableRow } from "../card/application.ts";
import type { ApplicationStatus, CommunicationStatus } from "../card/card-status.ts";
import type { OperatorCommand } from "../card/operator-command.ts";
import type { Card, RackConfiguration } from "../configuration/rack-schema.ts";
import type { Micros } from "../time.ts";
import type { CardFirmware, UpgradeActions } from "../upgrade/upgrade-actions.ts";

export interface ConsoleAlarm {
  readonly severity: string;
  /** What it is of, such as `plane A`. */
  readonly object: string;
  readonly text: string;
  /** UTC in milliseconds. */
  readonly raisedAtMillis: number;
  /** Undefined: it stands. */
  readonly clearedAtMillis?: number | undefined;
}

/** A message or frame that came or went. */
export interface TracedLine {
  /** UTC in milliseconds. */
  readonly atMillis: number;
  readonly text: string;
  /** What a filter looks for: names of exchanges, message types, classes of records. */
  readonly words: readonly string[];
}

export const traceSources = ["isup", "mgcp", "bus"] as const;
export type TraceSource = (typeof traceSources)[number];

/** What a source has had since it was asked last. */
export interface TracedPart {
  readonly lines: readonly TracedLine[];
  /** Where to go on from. */
  readonly next: number;
  /** Lines that were there and are not kept any more. */
  readonly lost: number;
}

/** Nothing here waits, and nothing takes longer than a few rows. */
export interface CardView {
  readonly card: Card;
  readonly configuration: RackConfiguration;
  /** By what it is of: the firmware, the runtime, the board. */
  /** On the clock of the console. */
  readonly startedAt: Micros;
  readonly versions: Readonly<Record<string, string>>;
  /** Of every slot of the rack, in order. */
  firmware(): readonly CardFirmware[];
  communication(): CommunicationStatus;
  application(): ApplicationStatus;
  /** Of the application, a few rows of a table at a time. */
  table(request: TableRequest): readonly TableRow[];
  alarms(): readonly ConsoleAlarm[];
  /** Of the card as a computer, by name. */
  performance(): Readonly<Record<string, number | string>>;
  /** Why the source has nothing to trace on this card; undefined: it has. */
  traceRefusal(source: TraceSource): string | undefined;
  /** `from` undefined: from now on. At most `most` lines. */
  traced(source: TraceSource, from: number | undefined, most: number): TracedPart;
  /** The lines of a source are wanted, or not any more. */
  traceWanted(source: TraceSource, on: boolean): void;
  /** Reads rack.yaml again. @returns what is wrong with it, or what a new one would change */
  checkConfiguration(): string;
}

/** What an administrator does. Every answer is a sentence. */
export interface CardActions {
  operate(command: OperatorCommand): string;
  /** The card leaves its groups; `then` says whether it starts anew when it has left. */
  leave(then: "stay" | "restart"): void;
  /** A leave that waits for a backup is taken back. */
  stay(): void;
  /** Ends the card and starts it anew, whatever becomes of its work. */
  restartNow(): void;
  inhibitPlane(plane: 0 | 1, on: boolean): void;
  readonly upgrade: UpgradeActions;
}
