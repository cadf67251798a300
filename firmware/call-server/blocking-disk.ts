/**
 * Blocking of circuits on the disk of a call server: written whenever a commit changes it, read when the group starts cold
 * (blocking-restoration.ts). In between it is in the tables like everything else, and no disk, full or slow, holds up a call.
 */
import type { StorageFailureKind, StorageOutcome } from "../../hal/storage.ts";
import type { ApplicationAction } from "../card/application.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { type BlockingRecord, emptyRecord, readRecord, recordOf } from "./blocking-record.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

export const blockingKey = "blocking";
/** What the disk has refused is tried again. */
const retryMicros = 1000 * microsPerMilli;
/** A disk that has not confirmed for so long is not well. */
const confirmMicros = 5000 * microsPerMilli;
/** So much can be said of a disk beside the call detail records held; more than 300 runs of blocked circuits. */
const saidOctetsMax = 1900;
const nothing = new Uint8Array(0);
const none: readonly ApplicationAction[] = [];

export class BlockingDisk {
  readonly #plan: CircuitPlan;
  readonly #tables: NodeTables;
  /** What is, or shall be, on the disk, and its edition. */
  #octets: Uint8Array;
  #edition: number;
  /** Since when the disk has been asked to write, and whether there has been anything newer since. */
  #askedAt: Micros | undefined;
  #isOutdated = false;
  #retryAt: Micros | undefined;
  /** Why it is not on the disk, as far as maintenance was told. */
  #failure: StorageFailureKind | "slow" | undefined;
  readonly #complaint: string | undefined;

  /** `found`: the value under `blockingKey` as the card finds it. */
  constructor(plan: CircuitPlan, tables: NodeTables, found: StorageOutcome<Uint8Array> | undefined) {
    this.#plan = plan;
    this.#tables = tables;
    this.#octets = found?.ok && readRecord(found.value, plan) !== undefined ? found.value : nothing;
    this.#edition = this.record().edition;
    const isMissing = found === undefined || (!found.ok && found.error.kind === "not-found");
    if (isMissing || this.#octets.length > 0) return;
    const why = found.ok ? "corrupt" : found.error.kind;
    this.#complaint = `blocking states cannot be read from the disk (${why}): only the other call server's count`;
  }

  /** To be said when the card starts. */
  start(): ApplicationAction[] {
    return this.#complaint === undefined ? [] : [alarm(this.#complaint)];
  }

  /** What maintenance has to know: `stored`, `waiting` for the disk, or why it is not stored. */
  get condition(): string {
    return this.#failure ?? (this.#askedAt === undefined ? "stored" : "waiting");
  }

  /** Follows changes that the tables already hold. As long as they are being restored, the disk says more than they do. */
  follow(changes: readonly Change[], now: Micros): readonly ApplicationAction[] {
    const { group } = this.#tables;
    for (const { table, before, after } of changes) {
      if (table.tag !== group.tag || (before ?? group.initial).blockingEdition === after?.blockingEdition) continue;
      if (group.get(0).blockingEdition > this.#edition) return this.#write(now);
    }
    return none;
  }

  /** The tables are those of the group now, whatever the disk holds. */
  takeOver(now: Micros): ApplicationAction[] {
    return this.#tables.group.get(0).blockingEdition === this.#edition ? [] : this.#write(now);
  }

  stored(failure: StorageFailureKind | undefined, now: Micros): ApplicationAction[] {
    this.#askedAt = undefined;
    if (failure !== undefined) {
      this.#retryAt = now + retryMicros;
      return this.#fail(failure);
    }
    const isWell: ApplicationAction[] =
      this.#failure === undefined ? [] : [{ kind: "log", severity: "info", text: "blocking states are stored again" }];
    this.#failure = undefined;
    return this.#isOutdated ? [...isWell, ...this.#ask(now)] : isWell;
  }

  nextDeadline(): Micros | undefined {
    if (this.#askedAt === undefined) return this.#retryAt;
    return this.#failure === undefined ? this.#askedAt + confirmMicros : undefined;
  }

  /** To be called when the deadline has come. */
  due(now: Micros): ApplicationAction[] {
    if (now < (this.nextDeadline() ?? Number.POSITIVE_INFINITY)) return [];
    return this.#askedAt === undefined ? this.#ask(now) : this.#fail("slow");
  }

  #write(now: Micros): ApplicationAction[] {
    this.#octets = recordOf(this.#tables, this.#plan);
    this.#edition = this.#tables.group.get(0).blockingEdition;
    this.#isOutdated = true;
    return this.#askedAt === undefined && this.#retryAt === undefined ? this.#ask(now) : [];
  }

  #ask(now: Micros): ApplicationAction[] {
    this.#retryAt = undefined;
    this.#askedAt = now;
    this.#isOutdated = false;
    return [{ kind: "put", key: blockingKey, value: this.#octets }];
  }

  /** Said once for each thing that is wrong. */
  #fail(failure: StorageFailureKind | "slow"): ApplicationAction[] {
    if (this.#failure === failure) return [];
    this.#failure = failure;
    return [alarm(`blocking states are not stored: the disk is ${failure}; after a power failure they would be gone`)];
  }

  /** What is on the disk, or on its way there. */
  record(): BlockingRecord {
    return (this.#octets.length > 0 ? readRecord(this.#octets, this.#plan) : undefined) ?? emptyRecord;
  }

  /** What this card's disk says, for a primary that may have an older one. Too much of it is not said. */
  saying(): Uint8Array {
    return this.#octets.length <= saidOctetsMax ? this.#octets : nothing;
  }
}

function alarm(text: string): ApplicationAction {
  return { kind: "log", severity: "alarm", text };
}
