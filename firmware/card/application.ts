/**
 * What runs on a card's application processor: the function of the card (LIM, call server, transporter), as a value that
 * takes what happened and the time, and returns what to do.
 */
import type { StorageFailureKind } from "../../hal/storage.ts";
import type { InputCongestionLevel } from "../backplane/input-congestion.ts";
import type { Consumed } from "../backplane/commit.ts";
import type { Micros } from "../time.ts";
import type { OperatorCommand } from "./operator-command.ts";
import type { TraceLine, TraceSince } from "./trace.ts";

/** A commit in its place, as the communication processor delivers it: in order, each once. */
export interface DeliveredCommit {
  readonly group: number;
  readonly term: number;
  /** One sequence per group across all terms. */
  readonly sequence: number;
  readonly consumed: Consumed;
  /** UTC in milliseconds at the primary, when it made the commit. */
  readonly timeMillis: number;
  /** Outputs (firmware/interchange/output.ts) and then the changes of the tables; empty in a BEGIN, an ADMIT and a DISMISS. */
  readonly body: Uint8Array;
  /** Payload of the consumed input (firmware/interchange/input.ts); empty when it consumed none. */
  readonly input: Uint8Array;
}

/** An input as the primary's application gets it. */
export interface HandedInput {
  readonly slot: number;
  readonly number: number;
  readonly payload: Uint8Array;
  /** How many others have been handed over and not been consumed. */
  readonly waiting: number;
}

/** What happens to an application. */
export type ApplicationEvent =
  | { readonly kind: "deadline" }
  // --- from the backplane, to call servers
  /** Primary only: the next input to consume; inputs of one slot come in the order of their numbers. */
  | ({ readonly kind: "input" } & HandedInput)
  /** Primary only: the next input is one that the last primary died of. To be consumed like any other, but not processed. */
  | ({ readonly kind: "poison" } & HandedInput)
  /** To the backup: apply the changes. To LIM and transporter: perform the outputs addressed to the own slot. */
  | { readonly kind: "commit"; readonly commit: DeliveredCommit }
  /**
   * The group's primary is now this card: commits of its own begin at `sequence` + 1. Timers run from here on. `timeMillis`: the time
   * of the group's commits, to be gone on from.
   */
  | {
      readonly kind: "primary";
      readonly term: number;
      readonly sequence: number;
      readonly coldStart: boolean;
      readonly timeMillis: number;
    }
  /** Primary: a LIM or transporter has started; admit it by a commit that consumes { kind: "admit" } with these. */
  | { readonly kind: "admit"; readonly slot: number; readonly incarnation: number }
  /** No longer primary: commit nothing more (what was committed after is dropped). */
  | { readonly kind: "backup"; readonly term: number }
  /** Own commits up to this sequence have been transmitted: what must not be undone (a CDR) may be written. */
  | { readonly kind: "transmitted"; readonly sequence: number }
  /** This card was inserted and wants the group's state: answer with a `snapshot-request` saying what is held already. */
  | { readonly kind: "resynchronise" }
  /** Primary: the card in `slot` asks for the tables; answer with `snapshot` actions, a piece at a time as time goes by. */
  | { readonly kind: "snapshot-wanted"; readonly slot: number; readonly request: Uint8Array }
  /**
   * Inserted card: a piece of the primary's snapshot, taken at `sequence`; pieces come in order, each once, the last with
   * `last`. Commits above the sequence of the first piece are delivered as `commit` from the first piece on, all of them, in order.
   */
  | { readonly kind: "snapshot"; readonly piece: Uint8Array; readonly sequence: number; readonly last: boolean }
  /** What another call server says its tables come to at a commit; compared by whoever stands at the same commit. */
  | { readonly kind: "digest"; readonly slot: number; readonly sequence: number; readonly digest: number }
  /** Primary: what an operator wants. Elsewhere it is refused. */
  | { readonly kind: "operator"; readonly command: OperatorCommand }
  /** The disk has answered a `put`, in order; `failure` when it has kept the old value. */
  | { readonly kind: "stored"; readonly key: string; readonly failure?: StorageFailureKind | undefined }
  /** Forget all state: what this card holds is not the group's. */
  | { readonly kind: "forget" }
  /**
   * A card of the rack came or went. `performed`: the last commit that a LIM or transporter that went is known to have performed, a
   * call server to have followed (24 bits). `incarnation`: in which a LIM or transporter that came takes itself for admitted. LIMs are
   * told, too, by each group.
   */
  | {
      readonly kind: "card";
      readonly slot: number;
      readonly alive: boolean;
      readonly performed?: number;
      readonly incarnation?: number;
    }
  // --- to LIMs and transporters
  /** The group has (again) a primary that hears this card (`true`), or none (`false`). */
  | { readonly kind: "service"; readonly group: number; readonly available: boolean }
  /** How far the group is behind with the inputs of this card. */
  | { readonly kind: "congestion"; readonly group: number; readonly level: InputCongestionLevel }
  // --- from the world
  | { readonly kind: "stream-opened"; readonly stream: string }
  | { readonly kind: "stream-octets"; readonly stream: string; readonly octets: Uint8Array }
  | { readonly kind: "stream-closed"; readonly stream: string; readonly reason: string }
  | {
      readonly kind: "datagram";
      readonly socket: string;
      readonly octets: Uint8Array;
      readonly address: string;
      readonly port: number;
    };

/** What an application wants done. */
export type ApplicationAction =
  // --- LIM and transporter
  /** Tell the call servers of a group; kept and repeated until a commit consumes it. */
  | { readonly kind: "input"; readonly group: number; readonly payload: Uint8Array }
  // --- call server
  /** One commit record. `refersToInput`: the body needs the consumed input's payload to be understood. */
  | {
      readonly kind: "commit";
      readonly sequence: number;
      readonly consumed: Consumed;
      readonly refersToInput: boolean;
      readonly timeMillis: number;
      readonly body: Uint8Array;
    }
  /** What the inserted card holds already (which CDRs), in the application's own format. */
  | { readonly kind: "snapshot-request"; readonly request: Uint8Array }
  /** A piece of the snapshot for `slot`, taken at commit `sequence`; at most `snapshotPieceOctetsMax` octets. */
  | {
      readonly kind: "snapshot";
      readonly slot: number;
      readonly piece: Uint8Array;
      readonly sequence: number;
      readonly last: boolean;
    }
  /** The snapshot is whole and in force: the card may call itself complete. `digest` of the tables at `sequence`. */
  | { readonly kind: "complete"; readonly sequence: number }
  /** What this card holds is not the group's state, and is forgotten: the card is to be given it anew. */
  | { readonly kind: "astray"; readonly reason: string }
  /** What the tables come to at a commit, 32 bits: for the other call server to compare. */
  | { readonly kind: "digest"; readonly sequence: number; readonly digest: number }
  /** A line for a file, such as the call detail records'. */
  | { readonly kind: "append"; readonly file: string; readonly line: string }
  /** Cut a file to its first `lines` lines (CDRs that never became the group's). */
  | { readonly kind: "truncate"; readonly file: string; readonly lines: number }
  /** Replace a value on the disk: it outlives a power failure when `stored` has said so. */
  | { readonly kind: "put"; readonly key: string; readonly value: Uint8Array }
  // --- the world
  /** Wait for connections, or connect and keep connecting, under a name. Asked for once. */
  | { readonly kind: "stream-listen"; readonly stream: string; readonly address: string; readonly port: number }
  | { readonly kind: "stream-connect"; readonly stream: string; readonly address: string; readonly port: number }
  | { readonly kind: "stream-send"; readonly stream: string; readonly octets: Uint8Array }
  | { readonly kind: "stream-close"; readonly stream: string }
  /** Whether the octets of a stream are taken; they are when it opens. */
  | { readonly kind: "stream-read"; readonly stream: string; readonly on: boolean }
  | { readonly kind: "datagram-bind"; readonly socket: string; readonly address: string; readonly port: number }
  | {
      readonly kind: "datagram-send";
      readonly socket: string;
      readonly octets: Uint8Array;
      readonly address: string;
      readonly port: number;
    }
  /** An event for people: console, screen, log. */
  | { readonly kind: "log"; readonly severity: "info" | "warning" | "alarm"; readonly text: string };

/** What a ladder is asked of: a call by its reference, or whatever happened on circuits. */
export interface LadderRequest {
  readonly call?: number | undefined;
  readonly circuits?: readonly number[] | undefined;
}

/** One rung of a ladder: who told whom what. */
export interface LadderRung {
  /** On the card's own clock. */
  readonly atMicros: Micros;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Some rows of a table, for people: in the order of their keys, those behind `after`. */
export interface TableRequest {
  readonly table: string;
  /** -1: from the first. */
  readonly after: number;
  readonly most: number;
}

/** Names beside numbers; its key is what `after` means. */
export type TableRow = Readonly<Record<string, unknown>> & { readonly key: number };

/** A snapshot piece fits one record with room for its header. */
export const snapshotPieceOctetsMax = 1024;

/** Sans-I/O. Created by the card's program with its configuration, slot and a source of chance where it needs one. */
export interface Application {
  /** What to do at the very start: sockets to open. */
  start(now: Micros): readonly ApplicationAction[];
  step(event: ApplicationEvent, now: Micros, wallMillis: number): readonly ApplicationAction[];
  nextDeadline(): Micros | undefined;
  /** Counters and gauges for the monitor: plain data. */
  status(): Readonly<Record<string, unknown>>;
  /** What is remembered of a call, the oldest first. */
  ladder(request: LadderRequest): readonly LadderRung[];
  /** Takes no longer than its rows do; none of a table that the application does not have. */
  page?(request: TableRequest): readonly TableRow[];
  /** What it sent and received last, as lines for people, where it keeps that. */
  traceSince?(from: number | undefined, most: number): TraceSince<TraceLine>;
}
