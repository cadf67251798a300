/** The call detail record: one line of JSON a call, the same on both call servers. */
import { readParameter } from "../isup/codec.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { utcMillis } from "./group-time.ts";
import { causeOf } from "./own-messages.ts";
import { noCircuit } from "./tables/column.ts";
import type { NodeTables, StateRow } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";
import { utcTime } from "./utc-time.ts";

/** Its key: the commit that released the call, and which of the calls released there. */
export interface CallDetailKey {
  readonly group: number;
  readonly sequence: number;
  readonly index: number;
}

/** A record as it is kept. */
export interface CallDetailRecord {
  /** The commit that released the call. */
  readonly sequence: number;
  /** The group's cold start. */
  readonly since: string;
  /** All of it, as JSON. */
  readonly line: string;
}

const none: readonly CallDetailRecord[] = [];

/** The records of the calls that a commit releases, in the order of its changes. */
export function callDetailRecords(
  changes: readonly Change[],
  sequence: number,
  tables: NodeTables,
  plan: CircuitPlan,
): readonly CallDetailRecord[] {
  let records: CallDetailRecord[] | undefined;
  for (const { table, before, after } of changes) {
    if (table.tag !== tables.state.tag || after === undefined) continue;
    const row = after as unknown as StateRow;
    if (row.releasedBy === "nobody" || (before as StateRow | undefined)?.releasedBy === row.releasedBy) continue;
    const since = utcTime(tables.group.get(0).coldStartMillis);
    records ??= [];
    const key: CallDetailKey = { group: plan.group, sequence, index: records.length };
    records.push({ sequence, since, line: callDetailLine(key, since, row, plan, (time) => utcMillis(tables, time)) });
  }
  return records ?? none;
}

function callDetailLine(
  key: CallDetailKey,
  since: string,
  row: Readonly<StateRow>,
  plan: CircuitPlan,
  utcOf: (timeMillis: number) => number,
): string {
  const nameOf = (circuit: number) => (circuit === noCircuit ? null : plan.nameOf(circuit));
  const called = readParameter(row.initialAddress, "calledPartyNumber");
  const calling = readParameter(row.initialAddress, "callingPartyNumber");
  return JSON.stringify({
    key,
    since,
    calling: (calling.ok && calling.value?.digits) || null,
    called: (called.ok && called.value?.digits) || null,
    incomingCircuit: nameOf(row.incoming),
    outgoingCircuit: nameOf(row.outgoing),
    seizure: utcTime(utcOf(row.seizedAt)),
    answer: row.answeredAt > 0 ? utcTime(utcOf(row.answeredAt)) : null,
    release: utcTime(utcOf(row.releasedAt)),
    answered: row.answeredAt > 0,
    cause: causeOf(row.release) ?? null,
    releasedBy: row.releasedBy,
  });
}
