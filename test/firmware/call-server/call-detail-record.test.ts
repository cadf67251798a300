import { expect, it } from "vitest";
import { callDetailRecords } from "../../../firmware/call-server/call-detail-record.ts";
import { CircuitPlan } from "../../../firmware/call-server/circuit-plan.ts";
import { release } from "../../../firmware/call-server/own-messages.ts";
import { NodeTables, type StateRow } from "../../../firmware/call-server/tables/node-tables.ts";
import { apply, Transaction } from "../../../firmware/call-server/tables/transaction.ts";
import { iam } from "./call-server-pair.ts";
import { east, exampleRack, west } from "./example-rack.ts";

const coldStartMillis = Date.parse("2024-02-28T23:59:00.065Z");
const plan = new CircuitPlan(exampleRack(), 1);

/** What is written of a call that commit 7 releases, and the commit's tables. */
function lineOf(row: Partial<StateRow>, startMillis = coldStartMillis): string {
  const tables = new NodeTables();
  tables.group.put(0, { ...tables.group.initial, coldStartMillis: startMillis });
  const transaction = new Transaction(tables, 7);
  Object.assign(transaction.edit(tables.state, 5), row);
  const changes = transaction.changes();
  apply(changes);
  const [{ line, since, sequence }, ...others] = callDetailRecords(changes, 7, tables, plan);
  expect([sequence, since, others]).toEqual([7, new Date(startMillis).toISOString(), []]);
  return line;
}

it("all that is known stands in it, each under its name, as JSON writes it", () => {
  const answeredAt = coldStartMillis + 59_935;
  const line = lineOf({
    incoming: west,
    outgoing: east + 1,
    initialAddress: iam("4711ab"),
    seizedAt: coldStartMillis,
    answeredAt,
    releasedAt: answeredAt + 86_400_000,
    releasedBy: "called",
    release: release(17),
  });
  const expected = {
    key: { group: 1, sequence: 7, index: 0 },
    since: "2024-02-28T23:59:00.065Z",
    calling: "5550001",
    called: "4711ab",
    incomingCircuit: "west/1",
    outgoingCircuit: "east/2",
    seizure: "2024-02-28T23:59:00.065Z",
    answer: "2024-02-29T00:00:00.000Z",
    release: "2024-03-01T00:00:00.000Z",
    answered: true,
    cause: 17,
    releasedBy: "called",
  };
  expect(line).toBe(JSON.stringify(expected));
});

it("what is not known is null", () => {
  const line = lineOf({ incoming: west, seizedAt: 1, releasedAt: 2, releasedBy: "exchange" }, 1);
  const unknown = { calling: null, called: null, outgoingCircuit: null, answer: null, answered: false, cause: null };
  expect(JSON.parse(line)).toMatchObject({ incomingCircuit: "west/1", releasedBy: "exchange", ...unknown });
  expect(line).toBe(JSON.stringify(JSON.parse(line)));
});

it("a number that has no digits, or cannot be read, is not known", () => {
  const withoutDigits = Uint8Array.of(0x01, 0x00, 0x20, 0x01, 0x0a, 0x00, 0x02, 0x00, 0x02, 0x03, 0x10);
  const truncated = iam().subarray(0, 12);
  for (const initialAddress of [withoutDigits, truncated, new Uint8Array(0)]) {
    const line = lineOf({ incoming: west, initialAddress, releasedAt: 2, releasedBy: "calling" });
    expect(JSON.parse(line)).toMatchObject({ calling: null, called: null });
  }
});
