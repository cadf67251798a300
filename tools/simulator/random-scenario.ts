/**
 * A rack with calls and faults drawn from a seed: many calls in both directions, one fault at a time with recovery between
 * them. What must always hold is looked at all the time, what must hold in the end at the end.
 */
import { role } from "../../firmware/backplane/heartbeat.ts";
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { FrameFateDecider } from "../../hal/simulated/can-frame-fate.ts";
import { seededEntropy } from "../../hal/simulated/entropy.ts";
import { type Excuse, isAtRest, judgeInTheEnd } from "./final-judgement.ts";
import type { Breach, InvariantName } from "./invariants.ts";
import { defaultFaultNames, type FaultName, faults } from "./random-faults.ts";
import { RackWatch } from "./rack-watch.ts";
import type { PlaneLags } from "./simulated-card.ts";
import { SimulatedRack } from "./simulated-rack.ts";
import type { Stage } from "./stage.ts";

export interface RandomScenarioOptions {
  readonly withoutRules?: readonly ProtocolRule[];
  /** Faults to draw from. */
  readonly faults?: readonly FaultName[];
  readonly faultsMax?: number;
}

export interface ScenarioOutcome {
  readonly seed: number;
  /** What was wrong; empty when all was well. */
  readonly breaches: readonly Breach[];
  /** What happened, with times in milliseconds. */
  readonly story: readonly string[];
  readonly calls: number;
  /** How often each fault has struck. */
  readonly struck: Readonly<Partial<Record<FaultName, number>>>;
  readonly rack: SimulatedRack;
}

const startMillis = 300;
/** An inserted card is to be backup again within this time. */
const completeMillis = 1000;
/** Commits on their way to the backup. One that is further behind has to catch up first: until then it is no second copy. */
const behindMax = 4;
const quietMillis = 600;
/** Where messages were lost, ISUP's and MGCP's timers have the last word: those that matter take up to 15 s. */
const timersMillis = 20_000;
const circuits = 60;
/** What has gone wrong goes wrong again and again: no more than this is told. */
const breachesMax = 8;

class RandomScenario implements Stage {
  readonly rack: SimulatedRack;
  readonly chance: Entropy;
  readonly story: string[] = [];
  readonly breaches: Breach[] = [];
  readonly struck: Partial<Record<FaultName, number>> = {};
  readonly #watch = new RackWatch((invariant, what) => this.#complain(invariant, what));
  readonly #deciders: (FrameFateDecider | undefined)[] = [undefined, undefined];
  readonly #losers: (FrameFateDecider | undefined)[] = [undefined, undefined];
  /** Calls a second each way. */
  readonly #rates: readonly number[];
  #calling = false;
  /** Whose call servers the present fault befalls. */
  #group: number;
  calls = 0;
  /** How long the last fault kept a card from hearing, or from being heard. */
  #absentMillis = 0;
  /** A missing LIM or transporter may have cost calls. */
  #excused = false;

  constructor(configuration: RackConfiguration, seed: number, withoutRules: readonly ProtocolRule[]) {
    this.chance = seededEntropy(seed, "scenario");
    const { chance } = this;
    const frames = chance.integer(3) === 0 ? "fd" : "classic";
    // A call is about 6 kbit on a plane. Also where calls cluster, a classic one has room for repair and resynchronisation.
    this.#rates = frames === "fd" ? [10, 40, 80] : [5, 10, 25];
    const lags = new Map(configuration.cards.map(({ slot }) => [slot, planeLags(chance)]));
    const skewMicros = [0, 0, 130, 700][chance.integer(4)];
    const eachLags = chance.integer(4) === 0;
    const drifts = new Map(configuration.cards.map(({ slot }) => [slot, chance.integer(401) - 200]));
    const drifting = chance.integer(2) === 0;
    const skew = eachLags ? `lagging by slot ${JSON.stringify([...lags])}` : `plane B ${skewMicros} µs behind`;
    this.tell(`${frames}, ${skew}, ${drifting ? "drifting" : "exact"} clocks`);
    this.rack = new SimulatedRack(
      {
        ...configuration,
        bus: { ...configuration.bus, frames },
        trunkGroups: configuration.trunkGroups.map((group) => ({
          ...group,
          lastCic: group.firstCic + circuits - 1,
        })),
      },
      {
        seed,
        withoutRules,
        skewMicros,
        ...(eachLags ? { lags: (slot: number) => lags.get(slot) ?? [0, 0] } : {}),
        ...(drifting ? { driftPpm: (slot: number) => drifts.get(slot) ?? 0 } : {}),
        watch: this.#watch.cards,
      },
    );
    this.#group = this.rack.groups[0];
    this.#watch.watch(this.rack);
    for (const plane of [0, 1]) {
      this.rack.buses[plane].decideFate = (...frame) =>
        this.#deciders[plane]?.(...frame) ?? this.#losers[plane]?.(...frame);
    }
  }

  // --- the stage

  get primary(): number {
    return this.#callServers(this.#group, "primary")[0] ?? 0;
  }

  get backup(): number {
    return this.#callServers(this.#group, "backup")[0] ?? 0;
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
    for (let passed = 0; passed < millis; passed++) this.runMicros(1000);
  }

  runMicros(micros: number): void {
    for (let left = micros; left > 0; left -= 1000) {
      this.rack.run(Math.min(left, 1000) / 1000);
      this.#watch.look(!this.#excused);
    }
  }

  tell(text: string): void {
    const micros = this.rack?.clock.nowMicros() ?? 0;
    this.story.push(`${(micros / 1000).toFixed(3)} ${text}`);
  }

  absent(millis: number): void {
    this.#absentMillis = millis;
  }

  excuse(): void {
    this.#excused = true;
  }

  // --- the play

  play(names: readonly FaultName[], faultsMax: number): void {
    this.run(startMillis);
    if (!this.#recovered()) this.#complain("protected", `no protected group ${startMillis} ms after the start`);
    const callsPerSecond = this.#rates[this.chance.integer(this.#rates.length)];
    this.tell(`${callsPerSecond} calls a second each way`);
    this.#calling = true;
    for (const name of this.rack.exchanges.keys()) this.#callSoon(name, callsPerSecond);
    this.run(50);
    const count = 1 + this.chance.integer(faultsMax);
    for (let done = 0; done < count && this.breaches.length === 0; done++) {
      this.#suffer(names[this.chance.integer(names.length)]);
    }
    this.#calling = false;
    this.tell("no more calls");
    this.run(quietMillis);
    if (this.breaches.length > 0) return;
    for (let waited = 0; this.#excused && waited < timersMillis && !isAtRest(this.rack); waited += 100)
      this.rack.run(100);
    if (!this.#recovered()) this.#complain("protected", `in the end: ${this.#roles()}`);
    else judgeInTheEnd(this.rack, this.#excuse(), (invariant, what) => this.#complain(invariant, what));
  }

  #excuse(): Excuse {
    const lims = this.rack.slotsOf("lim");
    const saysAgain = lims.length > 1 && lims.some((slot) => this.#watch.foundDead.has(slot));
    return { excused: this.#excused, saysAgain };
  }

  #suffer(name: FaultName): void {
    this.#absentMillis = 0;
    const { groups } = this.rack;
    // One group leaves nothing to chance.
    if (groups.length > 1) this.#group = groups[this.chance.integer(groups.length)];
    this.struck[name] = (this.struck[name] ?? 0) + 1;
    faults[name].strike(this);
    this.#recover(name);
    if (this.breaches.length > 0) return;
    this.run(this.chance.integer(40));
    this.#recover(name);
  }

  /** Waits until the next fault is again the only one. */
  #recover(name: FaultName): void {
    if (this.#recovered()) return;
    const since = this.rack.clock.nowMicros();
    const limitMillis = Math.max(completeMillis, this.#absentMillis);
    let waited = 0;
    while (!this.#recovered() && waited++ < limitMillis) this.run(1);
    if (waited > limitMillis) {
      this.#complain("protected", `not within ${limitMillis} ms after "${name}": ${this.#roles()}`);
      return;
    }
    const afterMillis = (this.rack.clock.nowMicros() - since) / 1000;
    this.tell(`protected again after ${afterMillis.toFixed(0)} ms: ${this.#roles()}`);
  }

  /** Calls come at random, and now and then several at the very same moment. */
  #callSoon(name: string, callsPerSecond: number): void {
    const { rack, chance } = this;
    const inMicros = chance.integer(Math.round(2_500_000 / callsPerSecond));
    rack.clock.at(rack.clock.nowMicros() + inMicros, () => {
      if (!this.#calling) return;
      this.#call(name, chance.integer(8) === 0 ? 3 : 1);
      this.#callSoon(name, callsPerSecond);
    });
  }

  burst(calls: number): void {
    this.tell(`${calls} calls from each exchange at the same moment`);
    for (const name of this.rack.exchanges.keys()) this.#call(name, calls);
  }

  #call(name: string, atOnce: number): void {
    const { rack, chance } = this;
    for (let i = 0; i < atOnce; i++) {
      this.calls++;
      const plan = { ring: 10_000 * chance.integer(6), hold: 10_000 * chance.integer(10) };
      rack.exchange(name).step({ kind: "call", plan });
    }
  }

  // --- views

  #callServers(group: number, name: keyof typeof role): number[] {
    return this.rack.callServersOf(group).filter((slot) => {
      const card = this.rack.card(slot);
      return !card.pulled && !card.frozen && card.memberOf().role() === role[name];
    });
  }

  #recovered(): boolean {
    const { rack } = this;
    const cards = rack.slots.map((slot) => rack.card(slot));
    return (
      cards.every((card) => !card.pulled && !card.frozen) && rack.groups.every((group) => this.#isProtected(group))
    );
  }

  /** One primary, the other call server its backup and not behind, every LIM and transporter admitted, all of one term. */
  #isProtected(group: number): boolean {
    const { rack } = this;
    const witnesses = [...rack.slotsOf("lim"), ...rack.slotsOf("transporter")];
    const memberOf = (slot: number) => rack.card(slot).memberOf(group);
    const [primary, ...others] = this.#callServers(group, "primary");
    const [backup] = this.#callServers(group, "backup");
    if (primary === undefined || backup === undefined || others.length > 0) return false;
    const terms = new Set([primary, backup, ...witnesses].map((slot) => memberOf(slot).term()));
    return (
      terms.size === 1 &&
      memberOf(primary).lastCommit() - memberOf(backup).lastCommit() <= behindMax &&
      witnesses.every((slot) => memberOf(slot).role() === role.witness)
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

  #complain(invariant: InvariantName, what: string): void {
    if (this.breaches.length >= breachesMax) return;
    this.tell(`WRONG: ${invariant}: ${what}`);
    this.breaches.push({ invariant, what });
  }

  /** A card has stopped on an assertion, or so has the simulator. */
  stopped(error: unknown): void {
    this.#complain("assertions", error instanceof Error ? `${error.stack}` : String(error));
  }
}

/** Of one card: either plane may be the one behind, or both. */
function planeLags(chance: Entropy): PlaneLags {
  const micros = () => [0, 60, 300, 700][chance.integer(4)];
  return [micros(), micros()];
}

/** Plays the scenario of a seed; the same seed plays the same. */
export function randomScenario(
  configuration: RackConfiguration,
  seed: number,
  { withoutRules = [], faults: names = defaultFaultNames, faultsMax = 4 }: RandomScenarioOptions = {},
): ScenarioOutcome {
  const scenario = new RandomScenario(configuration, seed, withoutRules);
  try {
    scenario.play(names, faultsMax);
  } catch (error) {
    scenario.stopped(error);
  }
  const { breaches, story, calls, struck, rack } = scenario;
  return { seed, breaches, story, calls, struck, rack };
}
