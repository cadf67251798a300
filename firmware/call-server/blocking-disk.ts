/**
 * Blocking of circuits on the disks of both call servers: written whenever a commit changes it, read when the group starts cold. In
 * between it is in the tables like everything else, and no disk, full or slow, holds up a call.
 *
 * Which of two disks is the newer one is said by the edition, which is part of the tables: it goes up by one with every change, and
 * at a cold start to the next multiple of `editionsPerStart`. So what was changed after the last cold start beats whatever a card
 * that was away holds from before it, however often that was changed.
 */
import type { StorageFailureKind, StorageOutcome } from "../../hal/storage.ts";
import type { ApplicationAction } from "../card/application.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { type BlockingRecord, emptyRecord, readRecord, type RecordedBlocking, recordOf } from "./blocking-record.ts";
import { isLocallyBlocked } from "./blocking-states.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { fireBlocking } from "./local-blocking.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";
import type { Turn } from "./turn.ts";

export const blockingKey = "blocking";
const editionsPerStart = 2 ** 20;
/** What the disk has refused is tried again. */
const retryMicros = 1000 * microsPerMilli;
/** A disk that has not confirmed for so long is not well. */
const confirmMicros = 5000 * microsPerMilli;
/** A disk counts at a cold start and so long after it: the cards of a rack do not start at the same moment. */
const disksCountMicros = 10_000 * microsPerMilli;
/** So much can be said of a disk beside the call detail records held; more than 300 runs of blocked circuits. */
const saidOctetsMax = 1900;
/** Circuits that one commit restores: it has to fit a record. */
const circuitsAtOnce = 256;
const nothing = new Uint8Array(0);
const notBlocked: RecordedBlocking = { local: false, remoteMaintenance: false, remoteHardware: false };

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
  /** The edition of the disk that a cold start has gone by, and until when another one is listened to. */
  #restored = 0;
  #listensUntil: Micros = 0;
  /** What the tables are being made to say, and the first circuit that is not done. */
  #source: BlockingRecord | undefined;
  #nextCircuit = 0;

  /** `found`: the value under `blockingKey` as the card finds it. */
  constructor(plan: CircuitPlan, tables: NodeTables, found: StorageOutcome<Uint8Array> | undefined) {
    this.#plan = plan;
    this.#tables = tables;
    this.#octets = found?.ok && readRecord(found.value, plan) !== undefined ? found.value : nothing;
    this.#edition = this.#disk().edition;
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

  // --- to the disk

  /** Follows changes that the tables already hold. As long as they are being restored, the disk says more than they do. */
  follow(changes: readonly Change[], now: Micros): ApplicationAction[] {
    const { group } = this.#tables;
    const isNew = changes.some(
      ({ table, before, after }) =>
        table.tag === group.tag && (before ?? group.initial).blockingEdition !== after?.blockingEdition,
    );
    return isNew && group.get(0).blockingEdition > this.#edition ? this.#write(now) : [];
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

  // --- from the disks

  #disk(): BlockingRecord {
    return (this.#octets.length > 0 ? readRecord(this.#octets, this.#plan) : undefined) ?? emptyRecord;
  }

  /**
   * This card is primary. At a cold start what its disk says holds, until a newer one is heard of; a primary that was lost before it
   * had put all of it into the tables leaves that to the next one.
   */
  begin(coldStart: boolean, now: Micros): void {
    const disk = this.#disk();
    if (coldStart) this.#listensUntil = now + disksCountMicros;
    this.#restored = disk.edition;
    this.#restoreFrom(disk.edition > this.#tables.group.get(0).blockingEdition ? disk : undefined);
  }

  /** What this card's disk says, for a primary that may have an older one. Too much of it is not said. */
  saying(): Uint8Array {
    return this.#octets.length <= saidOctetsMax ? this.#octets : nothing;
  }

  /** What another card's disk says: at a cold start the newer one counts. */
  hear(octets: Uint8Array, now: Micros): void {
    const record = now < this.#listensUntil && octets.length > 0 ? readRecord(octets, this.#plan) : undefined;
    if (record === undefined || record.edition <= this.#restored) return;
    this.#restored = record.edition;
    this.#restoreFrom(record);
  }

  /** What is to be done until the tables are as the newest disk has it; its commits go before the resets of circuits. */
  next(): ((turn: Turn) => void) | undefined {
    const source = this.#source;
    return source && ((turn) => this.#restoreSome(turn, source));
  }

  #restoreFrom(source: BlockingRecord | undefined): void {
    this.#source = source;
    this.#nextCircuit = 0;
  }

  #restoreSome(turn: Turn, { edition, circuits }: BlockingRecord): void {
    for (let left = circuitsAtOnce; left > 0 && this.#nextCircuit < this.#plan.count; this.#nextCircuit++) {
      const circuit = this.#nextCircuit;
      if (!this.#plan.has(circuit)) continue;
      if (restore(turn, circuit, circuits.get(circuit) ?? notBlocked)) left--;
    }
    if (this.#nextCircuit < this.#plan.count) return;
    beginEditions(turn, edition);
    this.#source = undefined;
  }
}

/**
 * Blocks a circuit, or does not, as a disk has it. One that is to be reset is told to the other end when it is; what an exchange has
 * said since of one that it has reset is newer than any disk. @returns whether that changed anything
 */
function restore(turn: Turn, circuit: number, { local, ...remote }: RecordedBlocking): boolean {
  const before = turn.blocking(circuit);
  if (turn.endpoint(circuit).state === "unreset") {
    turn.setBlocking(circuit, { local: local ? "blocked" : "unblocked", ...remote });
  } else if (local !== isLocallyBlocked(before)) fireBlocking(turn, [circuit], local ? "block" : "unblock");
  return turn.blocking(circuit) !== before;
}

/** Editions from here on are newer than this one, and than all that could have followed it before the cold start. */
function beginEditions(turn: Turn, edition: number): void {
  const row = turn.transaction.edit(turn.node.tables.group, 0);
  const first = (Math.floor(edition / editionsPerStart) + 1) * editionsPerStart;
  row.blockingEdition = Math.max(row.blockingEdition, first);
}

function alarm(text: string): ApplicationAction {
  return { kind: "log", severity: "alarm", text };
}
