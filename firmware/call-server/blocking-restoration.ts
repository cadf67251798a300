/**
 * What a primary puts into the tables at a cold start: blocking of circuits as it is on the newest disk.
 *
 * Which of two disks is the newer one is said by the edition, which is part of the tables: it goes up by one with every change, and
 * at a cold start to the next multiple of `editionsPerStart`. So what was changed after the last cold start beats whatever a card
 * that was away holds from before it, however often that was changed.
 */
import { type Micros, microsPerMilli } from "../time.ts";
import type { BlockingDisk } from "./blocking-disk.ts";
import { type BlockingRecord, readRecord, type RecordedBlocking } from "./blocking-record.ts";
import { isLocallyBlocked } from "./blocking-states.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { fireBlocking } from "./local-blocking.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Turn } from "./turn.ts";

const editionsPerStart = 2 ** 20;
/** A disk counts at a cold start and so long after it: the cards of a rack do not start at the same moment. */
const disksCountMicros = 10_000 * microsPerMilli;
/** Circuits that one commit restores: it has to fit a record. */
const circuitsAtOnce = 256;
const notBlocked: RecordedBlocking = { local: false, remoteMaintenance: false, remoteHardware: false };

export class BlockingRestoration {
  readonly #plan: CircuitPlan;
  readonly #tables: NodeTables;
  readonly #disk: Pick<BlockingDisk, "record">;
  /** The edition of the disk that is gone by, and until when another one is listened to. */
  #restored = 0;
  #listensUntil: Micros = 0;
  /** What the tables are being made to say, and the first circuit that is not done. */
  #source: BlockingRecord | undefined;
  #nextCircuit = 0;

  constructor(plan: CircuitPlan, tables: NodeTables, disk: Pick<BlockingDisk, "record">) {
    this.#plan = plan;
    this.#tables = tables;
    this.#disk = disk;
  }

  /**
   * This card is primary. At a cold start what its disk says holds, until a newer one is heard of; a primary that was lost before it
   * had put all of it into the tables leaves that to the next one.
   */
  begin(coldStart: boolean, now: Micros): void {
    const disk = this.#disk.record();
    if (coldStart) this.#listensUntil = now + disksCountMicros;
    this.#restored = disk.edition;
    this.#restoreFrom(disk.edition > this.#tables.group.get(0).blockingEdition ? disk : undefined);
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
