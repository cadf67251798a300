/**
 * A rack with calls and faults drawn from a seed: many calls in both directions, one fault at a time with recovery between
 * them. What must always hold is looked at all the time, what must hold in the end at the end.
 */
import { role } from "../../firmware/backplane/heartbeat.ts";
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import type { CallServer } from "../../firmware/call-server/call-server.ts";
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { FrameFateDecider } from "../../hal/simulated/can-frame-fate.ts";
import { seededEntropy } from "../../hal/simulated/entropy.ts";
import { CommitWitness } from "./commit-witness.ts";
import { type FaultName, faultNames, faults, type Stage } from "./random-faults.ts";
import type { SimulatedCard } from "./simulated-card.ts";
import { SimulatedRack } from "./simulated-rack.ts";

export interface RandomScenarioOptions {
  readonly withoutRules?: readonly ProtocolRule[];
  /** Faults to draw from. */
  readonly faults?: readonly FaultName[];
  readonly faultsMax?: number;
}

export interface ScenarioOutcome {
  readonly seed: number;
  /** What was wrong; empty when all was well. */
  readonly failures: readonly string[];
  /** What happened, with times in milliseconds. */
  readonly story: readonly string[];
  readonly calls: number;
  readonly rack: SimulatedRack;
}

const startMillis = 300;
/** An inserted card is to be backup again within this time. */
const completeMillis = 1000;
const quietMillis = 600;
/** Where messages were lost, ISUP's and MGCP's timers have the last word: the longest of them that matter take 15 s. */
const timersMillis = 20_000;
const circuits = 60;

class RandomScenario implements Stage {
  readonly rack: SimulatedRack;
  readonly chance: Entropy;
  readonly story: string[] = [];
  readonly failures: string[] = [];
  readonly #commits = new CommitWitness();
  readonly #deciders: (FrameFateDecider | undefined)[] = [undefined, undefined];
  readonly #losers: (FrameFateDecider | undefined)[] = [undefined, undefined];
  /** Calls a second each way. */
  readonly #rates: readonly number[];
  #calling = false;
  calls = 0;
  /** A missing LIM or transporter may have cost calls. */
  #excused = false;

  constructor(configuration: RackConfiguration, seed: number, withoutRules: readonly ProtocolRule[]) {
    this.chance = seededEntropy(seed, "scenario");
    const { chance } = this;
    const frames = chance.integer(3) === 0 ? "fd" : "classic";
    // A call is about 6 kbit on a plane. Also where calls cluster, a classic one has room for repair and resynchronisation.
    this.#rates = frames === "fd" ? [10, 40, 80] : [5, 10, 25];
    const skewMicros = [0, 0, 130, 700][chance.integer(4)];
    const drifts = new Map(configuration.cards.map(({ slot }) => [slot, chance.integer(401) - 200]));
    const drifting = chance.integer(2) === 0;
    this.tell(`${frames}, plane B ${skewMicros} µs behind, ${drifting ? "drifting" : "exact"} clocks`);
    this.rack = new SimulatedRack(
      {
        ...configuration,
        bus: { ...configuration.bus, frames },
        trunkGroups: configuration.trunkGroups.map((group) => ({ ...group, lastCic: circuits })),
      },
      {
        seed,
        withoutRules,
        skewMicros,
        ...(drifting ? { driftPpm: (slot: number) => drifts.get(slot) ?? 0 } : {}),
        observe: (card, event) => this.#observe(card, event),
      },
    );
    for (const plane of [0, 1]) {
      this.rack.buses[plane].decideFate = (...frame) =>
        this.#deciders[plane]?.(...frame) ?? this.#losers[plane]?.(...frame);
    }
  }

  // --- the stage

  get primary(): number {
    return this.#callServers("primary")[0] ?? 0;
  }

  get backup(): number {
    return this.#callServers("backup")[0] ?? 0;
  }

  get lim(): number {
    return this.rack.slotsOf("lim")[0];
  }

  get transporter(): number {
    return this.rack.slotsOf("transporter")[0];
  }

  decide(plane: number, decider: FrameFateDecider | undefined): void {
    this.#deciders[plane] = decider;
  }

  lose(plane: number, decider: FrameFateDecider | undefined): void {
    this.#losers[plane] = decider;
  }

  run(millis: number): void {
    for (let passed = 0; passed < millis; passed++) {
      this.rack.run(1);
      this.#onePrimaryATerm();
    }
  }

  tell(text: string): void {
    const micros = this.rack?.clock.nowMicros() ?? 0;
    this.story.push(`${(micros / 1000).toFixed(3)} ${text}`);
  }

  excuse(): void {
    this.#excused = true;
  }

  // --- the play

  play(names: readonly FaultName[], faultsMax: number): void {
    this.run(startMillis);
    if (!this.#recovered()) this.#fail(`no protected group ${startMillis} ms after the start`);
    const callsPerSecond = this.#rates[this.chance.integer(this.#rates.length)];
    this.tell(`${callsPerSecond} calls a second each way`);
    this.#calling = true;
    for (const name of this.rack.exchanges.keys()) this.#callSoon(name, callsPerSecond);
    this.run(50);
    const count = 1 + this.chance.integer(faultsMax);
    for (let done = 0; done < count && this.failures.length === 0; done++) {
      this.#suffer(names[this.chance.integer(names.length)]);
    }
    this.#calling = false;
    this.tell("no more calls");
    this.run(quietMillis);
    if (this.#excused) this.rack.run(timersMillis);
    if (this.failures.length === 0) this.#judge();
  }

  #suffer(name: FaultName): void {
    faults[name](this);
    const since = this.rack.clock.nowMicros();
    let waited = 0;
    while (!this.#recovered() && waited++ < completeMillis) this.run(1);
    if (waited > completeMillis) {
      this.#fail(`after "${name}" the group is not protected within ${completeMillis} ms: ${this.#roles()}`);
      return;
    }
    this.tell(
      `protected again after ${((this.rack.clock.nowMicros() - since) / 1000).toFixed(0)} ms: ${this.#roles()}`,
    );
    this.run(this.chance.integer(40));
  }

  /** Calls come at random, and now and then several at the very same moment. */
  #callSoon(name: string, callsPerSecond: number): void {
    const { rack, chance } = this;
    const inMicros = chance.integer(Math.round(2_500_000 / callsPerSecond));
    rack.clock.at(rack.clock.nowMicros() + inMicros, () => {
      if (!this.#calling) return;
      const atOnce = chance.integer(8) === 0 ? 3 : 1;
      for (let i = 0; i < atOnce; i++) {
        this.calls++;
        const plan = { ring: 10_000 * chance.integer(6), hold: 10_000 * chance.integer(10) };
        rack.exchange(name).step({ kind: "call", plan });
      }
      this.#callSoon(name, callsPerSecond);
    });
  }

  // --- what must always hold

  #observe(card: SimulatedCard, event: ApplicationEvent): void {
    const wrong = this.#commits.observe(card, event);
    if (wrong !== undefined) this.#fail(wrong);
  }

  #onePrimaryATerm(): void {
    const terms = new Set<number>();
    for (const slot of this.#callServers("primary")) {
      const term = this.rack.card(slot).communication.member.term();
      if (terms.has(term)) this.#fail(`two primaries of term ${term}`);
      terms.add(term);
    }
  }

  // --- what must hold in the end

  #judge(): void {
    const { rack } = this;
    if (!this.#recovered()) this.#fail(`the group is not protected in the end: ${this.#roles()}`);
    this.#judgeCalls();
    const [first, second] = rack.slotsOf("call-server").map((slot) => rack.card(slot).application as CallServer);
    if (first.appliedSequence !== second.appliedSequence)
      this.#fail(`the call servers stand at commits ${first.appliedSequence} and ${second.appliedSequence}`);
    else if (first.digest() !== second.digest()) this.#fail("the tables of the call servers differ");
    for (const table of ["state", "connection"]) {
      const left = first.rows(table);
      if (left.length > 0) this.#fail(`${left.length} rows of the ${table} table are left: ${JSON.stringify(left[0])}`);
    }
    for (const [name, gateway] of rack.gateways) {
      if (gateway.connected.length > 0) this.#fail(`gateway ${name} still connects ${gateway.connected}`);
      if (gateway.refused.length > 0 && !this.#excused)
        this.#fail(`gateway ${name} refused ${gateway.refused.slice(0, 3)}`);
    }
    this.#judgeRecords();
  }

  #judgeCalls(): void {
    const { rack } = this;
    for (const [name, { core }] of rack.exchanges) {
      const {
        attempts,
        completed,
        lost,
        unplanned,
        noCircuit,
        reasons,
        circuitsNotIdle,
        repeated,
        unexpected,
        incoming,
      } = core.statistics(rack.clock.nowMicros());
      if (noCircuit > 0 && !this.#excused) this.#fail(`${name} had no circuit for ${noCircuit} calls`);
      if (circuitsNotIdle.length > 0) this.#fail(`${name}: circuits ${circuitsNotIdle} are not idle`);
      if (this.#excused) continue;
      if (completed !== attempts)
        this.#fail(
          `${name}: ${completed} of ${attempts} calls completed, ${JSON.stringify({ lost, unplanned, reasons })}`,
        );
      if (incoming.unplanned + incoming.overdue > 0) this.#fail(`${name}: incoming ${JSON.stringify(incoming)}`);
      if (Object.keys(repeated).length > 0) this.#fail(`${name} heard twice: ${JSON.stringify(repeated)}`);
      if (Object.keys(unexpected).length > 0) this.#fail(`${name} did not expect ${JSON.stringify(unexpected)}`);
    }
  }

  /** Every call has one record on each call server. */
  #judgeRecords(): void {
    const { rack } = this;
    const files = rack.slotsOf("call-server").map((slot) => rack.files.get(`${slot}/cdr.jsonl`) ?? []);
    const made = [...rack.exchanges.values()].flatMap(({ reports }) =>
      reports.flatMap((report) => (report.kind === "call" ? [`${report.call.calling}`] : [])),
    );
    rack.slotsOf("call-server").forEach((slot, index) => {
      const [twice] = repeatedOnes(files[index].map((line) => JSON.stringify(JSON.parse(line).key)));
      if (twice !== undefined) this.#fail(`slot ${slot} has two records of ${twice}`);
      const callers = files[index].map((line) => `${JSON.parse(line).calling}`);
      const [again] = repeatedOnes(callers);
      if (again !== undefined) this.#fail(`slot ${slot} has two records of the call of ${again}`);
      if (this.#excused) return;
      const missing = made.filter((caller) => !callers.includes(caller));
      if (missing.length > 0)
        this.#fail(
          `slot ${slot} has ${callers.length} records of ${made.length} calls: none of ${missing.slice(0, 4)}`,
        );
      if (callers.length > made.length)
        this.#fail(`slot ${slot} has ${callers.length} records of ${made.length} calls`);
    });
    const [one, other] = files.map((lines) => [...lines].sort().join("\n"));
    if (one !== other) this.#fail("the call servers have different call detail records");
  }

  // --- views

  #callServers(name: keyof typeof role): number[] {
    return this.rack.slotsOf("call-server").filter((slot) => {
      const card = this.rack.card(slot);
      return !card.pulled && !card.frozen && card.communication.member.role() === role[name];
    });
  }

  /** One primary, every other call server its backup, every LIM and transporter admitted, all of one term. */
  #recovered(): boolean {
    const { rack } = this;
    const cards = rack.slots.map((slot) => rack.card(slot));
    const terms = new Set(cards.map(({ communication }) => communication.member.term()));
    return (
      cards.every((card) => !card.pulled && !card.frozen) &&
      terms.size === 1 &&
      this.#callServers("primary").length === 1 &&
      this.#callServers("backup").length === 1 &&
      [...rack.slotsOf("lim"), ...rack.slotsOf("transporter")].every(
        (slot) => rack.card(slot).communication.member.role() === role.witness,
      )
    );
  }

  #roles(): string {
    return this.rack.slots
      .map((slot) => {
        const { role, term, commit } = this.rack.card(slot).communication.status();
        return `${slot} ${this.rack.card(slot).pulled ? "out" : `${role} of ${term} at ${commit}`}`;
      })
      .join(", ");
  }

  #fail(text: string): void {
    this.tell(`WRONG: ${text}`);
    this.failures.push(text);
  }
}

function repeatedOnes(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}

/** Plays the scenario of a seed; the same seed plays the same. */
export function randomScenario(
  configuration: RackConfiguration,
  seed: number,
  { withoutRules = [], faults: names = faultNames, faultsMax = 4 }: RandomScenarioOptions = {},
): ScenarioOutcome {
  const scenario = new RandomScenario(configuration, seed, withoutRules);
  try {
    scenario.play(names, faultsMax);
  } catch (error) {
    scenario.failures.push(error instanceof Error ? `${error.stack}` : String(error));
  }
  const { failures, story, calls, rack } = scenario;
  return { seed, failures, story, calls, rack };
}
