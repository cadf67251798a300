/** What came of calls, for everybody: what must be the same whatever happened to the rack. */
import type { CallServer } from "../../firmware/call-server/call-server.ts";
import type { ReadableRow } from "../../firmware/call-server/table-view.ts";
import { messageTypeOf } from "../../firmware/isup/codec.ts";
import { decodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import type { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";

export interface Outcome {
  /** By exchange and circuit: all messages in both directions, octet by octet. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
  /** What became of the calls that the exchanges made of themselves, */
  readonly calls: readonly string[];
  /** and their circuits that they do not find idle. */
  readonly notIdle: readonly string[];
  /** By endpoint: what the gateways carried out. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  readonly refused: readonly string[];
  /** Endpoints that are still connected. */
  readonly connected: readonly string[];
  /** As the call servers that live have it; one entry when they agree: what is left of calls, */
  readonly callsLeft: readonly string[];
  /** circuits that are not idle or may not be used, */
  readonly circuitsLeft: readonly string[];
  /** and all call detail records. */
  readonly records: readonly string[];
  /** Whether the tables are the same at the same commit. */
  readonly agreed: boolean;
  readonly primaries: number;
}

/** Messages and commands from a moment on. */
export class OutcomeSince {
  readonly #rack: SimulatedRack;
  readonly #seen: ReadonlyMap<string, number>;
  readonly #reported: ReadonlyMap<string, number>;
  readonly #executed: ReadonlyMap<string, number>;

  constructor(rack: SimulatedRack) {
    this.#rack = rack;
    this.#seen = new Map([...rack.exchanges].map(([name, { seen }]) => [name, seen.length]));
    this.#reported = new Map([...rack.exchanges].map(([name, { reports }]) => [name, reports.length]));
    this.#executed = new Map([...rack.gateways].map(([name, { executed }]) => [name, executed.length]));
  }

  outcome(): Outcome {
    const rack = this.#rack;
    const gateways = [...rack.gateways.values()];
    const servers = callServers(rack);
    return {
      messages: this.#messages(),
      calls: this.#calls(),
      notIdle: circuitsNotIdle(rack),
      commands: this.#commands(),
      refused: gateways.flatMap(({ refused }) => refused),
      connected: gateways.flatMap(({ connected }) => connected),
      callsLeft: distinct(servers.map((server) => callsOf(server).map((row) => JSON.stringify(row)))),
      circuitsLeft: distinct(servers.map(circuitsLeft)),
      records: distinct(livingCallServers(rack).map((slot) => recordsOf(rack, slot))),
      agreed: new Set(servers.map((server) => `${server.appliedSequence} ${server.digest()}`)).size === 1,
      primaries: rack.primaries().length,
    };
  }

  #messages(): Record<string, readonly string[]> {
    const all = [...this.#rack.exchanges].flatMap(([name, { seen }]) =>
      seen.slice(this.#seen.get(name)).map(({ direction, octets }) => {
        const cic = decodeCic(octets);
        const message = octets.subarray(2);
        const text = `${direction} ${messageTypeOf(message) ?? "unknown"} ${Buffer.from(message).toString("hex")}`;
        return [`${name}/${cic.ok ? cic.value : "?"}`, text] as const;
      }),
    );
    return grouped(all);
  }

  #calls(): readonly string[] {
    return [...this.#rack.exchanges].flatMap(([name, { reports }]) =>
      reports
        .slice(this.#reported.get(name))
        .map((report) => `${name} ${report.kind === "call" ? report.call.outcome : report.kind}`),
    );
  }

  #commands(): Record<string, readonly string[]> {
    const all = [...this.#rack.gateways].flatMap(([name, { executed }]) =>
      executed.slice(this.#executed.get(name)).map((command) => [command.split(" ")[1] ?? "", command] as const),
    );
    return grouped(all);
  }
}

function circuitsNotIdle({ exchanges }: SimulatedRack): readonly string[] {
  return [...exchanges].flatMap(([name, { core }]) => core.circuitsNotIdle.map((cic) => `${name}/${cic}`));
}

/** The slots of the call servers that are in the rack. */
export function livingCallServers(rack: SimulatedRack): readonly number[] {
  return rack.slotsOf("call-server").filter((slot) => !rack.card(slot).pulled);
}

export function callServers(rack: SimulatedRack): readonly CallServer[] {
  return livingCallServers(rack).map((slot) => rack.card(slot).application as CallServer);
}

/** Calls, and connections that a gateway has not removed yet. */
export function callsOf(server: CallServer): readonly ReadableRow[] {
  return [...server.rows("state"), ...server.rows("connection")];
}

export function circuitsLeft(server: CallServer): readonly string[] {
  const blockedOnes = new Set(server.rows("blocking").map(({ key }) => key));
  return server.rows("endpoint").flatMap(({ key, name, state, call }) => {
    const blocked = blockedOnes.has(key);
    if (state === "idle" && !blocked && call === 0) return [];
    return [`${String(name)} ${String(state)}${blocked ? " blocked" : ""}${call === 0 ? "" : " in a call"}`];
  });
}

/** Records without what depends on when the call was. */
function recordsOf(rack: SimulatedRack, slot: number): readonly string[] {
  const texts = rack.lines(slot, "cdr.jsonl").map((line) => {
    const { answered, cause, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const { calling, called, incomingCircuit, outgoingCircuit, releasedBy } = rest;
    const how = `${answered === true ? "answered" : "unanswered"} ${String(cause)}`;
    return `${how} ${[calling, called, incomingCircuit, outgoingCircuit, releasedBy].map(String).join(" ")}`;
  });
  return texts.sort();
}

/** The lists, those left out that are the same as one before. */
function distinct(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.map((list) => list.join("; ")))];
}

/** The values by key, the keys in order: what happens on two circuits may happen in any order. */
function grouped(all: readonly (readonly [key: string, value: string])[]): Record<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of all) groups.set(key, [...(groups.get(key) ?? []), value]);
  return Object.fromEntries([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What differs from the undisturbed outcome, in a sentence; `undefined` when nothing does. */
export function difference(undisturbed: Outcome, outcome: Outcome): string | undefined {
  for (const key of Object.keys(undisturbed) as (keyof Outcome)[]) {
    const expected = JSON.stringify(undisturbed[key]);
    const found = JSON.stringify(outcome[key]);
    if (expected !== found) return `${key}: ${found} instead of ${expected}`;
  }
  return undefined;
}
