/** Blocking as it is on a card's disk, and as a card that comes back tells of its disk. */
import { decode, encode, layout, list, u16, u24, u48, u8, varint } from "../layout/layout.ts";
import { isLocallyBlocked, isRemotelyBlocked } from "./blocking-states.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";

const version = 1;
const bit = { local: 1, remoteMaintenance: 2, remoteHardware: 4 } as const;

/** Circuits go by point code and CIC: the numbers that cards give them are other ones when rack.yaml changes. */
const record = layout("blocking record", {
  version: u8,
  edition: u48,
  exchanges: list(
    layout("exchange", {
      pointCode: u24,
      runs: list(layout("run", { firstCic: u16, count: varint, blocked: u8 })),
    }),
  ),
});

/** How one circuit is blocked. */
export interface RecordedBlocking {
  readonly local: boolean;
  readonly remoteMaintenance: boolean;
  readonly remoteHardware: boolean;
}

export interface BlockingRecord {
  /** Of two records the one with the higher edition is the newer one; 0 is that of a disk on which there never was any. */
  readonly edition: number;
  /** By circuit, those that are blocked. */
  readonly circuits: ReadonlyMap<number, RecordedBlocking>;
}

export const emptyRecord: BlockingRecord = { edition: 0, circuits: new Map() };

/** What the tables hold. */
export function recordOf(tables: NodeTables, plan: CircuitPlan): Uint8Array {
  const runs = plan.configuration.exchanges.map((): { firstCic: number; count: number; blocked: number }[] => []);
  const rows = [...tables.blocking.rows()].sort(([one], [other]) => one - other);
  for (const [circuit, row] of rows) {
    const { remoteMaintenance, remoteHardware } = row;
    const isLocal = isLocallyBlocked(row);
    if (!plan.has(circuit) || !(isLocal || isRemotelyBlocked(row))) continue;
    const blocked =
      (isLocal ? bit.local : 0) |
      (remoteMaintenance ? bit.remoteMaintenance : 0) |
      (remoteHardware ? bit.remoteHardware : 0);
    const ofExchange = runs[plan.exchangeOf(circuit)];
    const cic = plan.circuits.cicOf(circuit);
    const last = ofExchange.at(-1);
    if (last && last.blocked === blocked && last.firstCic + last.count === cic) last.count++;
    else ofExchange.push({ firstCic: cic, count: 1, blocked });
  }
  const exchanges = plan.configuration.exchanges.map(({ pointCode }, place) => ({ pointCode, runs: runs[place] }));
  const { blockingEdition: edition } = tables.group.get(0);
  return encode(record, { version, edition, exchanges: exchanges.filter((each) => each.runs.length > 0) });
}

/** Undefined when it is none. Circuits that are not in rack.yaml any more are left out. */
export function readRecord(octets: Uint8Array, plan: CircuitPlan): BlockingRecord | undefined {
  const decoded = decode(record, octets);
  if (!decoded.ok || decoded.value.version !== version) return undefined;
  const circuits = new Map<number, RecordedBlocking>();
  for (const { pointCode, runs } of decoded.value.exchanges) {
    const exchange = plan.configuration.exchanges.findIndex((one) => one.pointCode === pointCode);
    for (const { firstCic, count, blocked } of exchange < 0 ? [] : runs) {
      for (let cic = firstCic; cic < firstCic + count && cic < 2 ** 16; cic++) {
        const circuit = plan.circuits.find(exchange, cic);
        if (circuit === undefined || !plan.has(circuit)) continue;
        circuits.set(circuit, {
          local: (blocked & bit.local) !== 0,
          remoteMaintenance: (blocked & bit.remoteMaintenance) !== 0,
          remoteHardware: (blocked & bit.remoteHardware) !== 0,
        });
      }
    }
  }
  return { edition: decoded.value.edition, circuits };
}
