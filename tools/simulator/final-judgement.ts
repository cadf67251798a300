/** What must hold when all faults are over and no more calls come: liveness, and that nothing was lost on the way. */
import { CallServer } from "../../firmware/call-server/call-server.ts";
import { assert } from "../../firmware/result.ts";
import type { Complain } from "./invariants.ts";
import type { SimulatedRack } from "./simulated-rack.ts";

/** What is not held against a rack. */
export interface Excuse {
  /** A missing LIM or transporter may have cost calls; what is left of them must be cleared away all the same. */
  readonly excused: boolean;
  /** A LIM was found dead: what it had sent, and not yet said that it had, another LIM has sent again. */
  readonly saysAgain: boolean;
}

/** What is said again is in place where the first copy was, or comes after the next message of its call (Q.764 2.9.5.1). */
const behindTheNext: readonly string[] = ["ACM in conversing"];

export function judgeInTheEnd(rack: SimulatedRack, { excused, saysAgain }: Excuse, complain: Complain): void {
  judgeCalls(rack, { excused, saysAgain }, complain);
  for (const group of rack.groups) judgeTables(rack, group, complain);
  for (const [name, gateway] of rack.gateways) {
    if (gateway.connected.length > 0) complain("nothing left", `gateway ${name} still connects ${gateway.connected}`);
    if (gateway.refused.length > 0 && !excused)
      complain("calls completed", `gateway ${name} refused ${gateway.refused.slice(0, 3)}`);
  }
  for (const group of rack.groups) judgeRecords(rack, group, excused, complain);
}

function judgeTables(rack: SimulatedRack, group: number, complain: Complain): void {
  const [first, second] = rack.callServersOf(group).map((slot) => callServer(rack, slot));
  if (first.appliedSequence !== second.appliedSequence) {
    const what = `the call servers stand at commits ${first.appliedSequence} and ${second.appliedSequence}`;
    complain("equal tables", what);
  } else if (first.digest() !== second.digest()) complain("equal tables", "the tables of the call servers differ");
  for (const table of ["state", "connection"]) {
    const left = first.rows(table);
    if (left.length === 0) continue;
    complain("nothing left", `${left.length} rows of the ${table} table are left: ${JSON.stringify(left[0])}`);
  }
}

/** Whether nothing of any call is left anywhere: nothing will change any more. */
export function isAtRest(rack: SimulatedRack): boolean {
  const now = rack.clock.nowMicros();
  const servers = rack.slotsOf("call-server").map((slot) => callServer(rack, slot));
  return (
    [...rack.gateways.values()].every(({ connected }) => connected.length === 0) &&
    servers.every((server) => server.rows("state").length + server.rows("connection").length === 0) &&
    [...rack.exchanges.values()].every(({ core }) => core.isQuiet && core.statistics(now).circuitsLeaked === 0)
  );
}

function callServer(rack: SimulatedRack, slot: number): CallServer {
  const { application } = rack.card(slot);
  assert(application instanceof CallServer, `slot ${slot} is no call server`);
  return application;
}

function judgeCalls(rack: SimulatedRack, { excused, saysAgain }: Excuse, complain: Complain): void {
  for (const [name, { core }] of rack.exchanges) {
    const statistics = core.statistics(rack.clock.nowMicros());
    const { attempts, completed, lost, unplanned, noCircuit, reasons, circuitsNotIdle, incoming } = statistics;
    if (circuitsNotIdle.length > 0) complain("nothing left", `${name}: circuits ${circuitsNotIdle} are not idle`);
    if (excused) continue;
    if (noCircuit > 0) complain("calls completed", `${name} had no circuit for ${noCircuit} calls`);
    if (completed !== attempts) {
      const why = JSON.stringify({ lost, unplanned, reasons });
      complain("calls completed", `${name}: ${completed} of ${attempts} calls completed, ${why}`);
    }
    if (incoming.unplanned + incoming.overdue > 0)
      complain("calls completed", `${name}: incoming ${JSON.stringify(incoming)}`);
    for (const kind of ["repeated", "unexpected"] as const) {
      const isHarmless = (what: string) => saysAgain && (kind === "repeated" || behindTheNext.includes(what));
      if (Object.keys(statistics[kind]).every(isHarmless)) continue;
      complain("calls completed", `${name}: ${kind} messages ${JSON.stringify(statistics[kind])}`);
    }
  }
}

/** Every call on the group's circuits has one record on each of its call servers. */
function judgeRecords(rack: SimulatedRack, group: number, excused: boolean, complain: Complain): void {
  const slots = rack.callServersOf(group);
  const files = slots.map((slot) => rack.lines(slot, "cdr.jsonl"));
  const made = [...rack.exchanges].flatMap(([name, { reports }]) =>
    reports.flatMap((report) =>
      report.kind === "call" && rack.groupOf(name, report.call.cic) === group ? [`${report.call.calling}`] : [],
    ),
  );
  slots.forEach((slot, index) => {
    const [twice] = repeatedOnes(files[index].map((line) => JSON.stringify(JSON.parse(line).key)));
    if (twice !== undefined) complain("records", `slot ${slot} has two records of ${twice}`);
    const callers = files[index].map((line) => `${JSON.parse(line).calling}`);
    const [again] = repeatedOnes(callers);
    if (again !== undefined) complain("records", `slot ${slot} has two records of the call of ${again}`);
    if (excused) return;
    const known = new Set(callers);
    const missing = made.filter((caller) => !known.has(caller));
    const count = `${callers.length} records of ${made.length} calls`;
    if (missing.length > 0) complain("records", `slot ${slot} has ${count}: none of ${missing.slice(0, 4)}`);
    else if (callers.length > made.length) complain("records", `slot ${slot} has ${count}`);
  });
  const [one, other] = files.map((lines) => [...lines].sort().join("\n"));
  if (one !== other) complain("records", "the call servers have different call detail records");
}

function repeatedOnes(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}
