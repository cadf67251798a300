/**
 * The rack's circuits, numbered through from 0 in the order of the configuration: trunk group by trunk group, CIC by CIC.
 * Every card derives the same numbers from the same file.
 */
import { assert } from "../result.ts";
import type { RackConfiguration, TrunkGroup } from "./rack-schema.ts";

/** One number for both. A CIC has 12 bits, but whoever asks may have 16 from a peer. */
function addressOf(exchange: number, cic: number): number {
  return exchange * 2 ** 16 + cic;
}

export class Circuits {
  readonly configuration: RackConfiguration;
  readonly count: number;
  /** First circuit number of each trunk group, by the trunk group's place in the configuration. */
  readonly #first: readonly number[];
  readonly #byAddress = new Map<number, number>();

  constructor(configuration: RackConfiguration) {
    this.configuration = configuration;
    const first: number[] = [];
    let circuit = 0;
    for (const group of configuration.trunkGroups) {
      first.push(circuit);
      const exchange = configuration.exchanges.findIndex((candidate) => candidate.name === group.exchange);
      for (let cic = group.firstCic; cic <= group.lastCic; cic++)
        this.#byAddress.set(addressOf(exchange, cic), circuit++);
    }
    this.#first = first;
    this.count = circuit;
  }

  /** The circuit with this CIC towards this exchange (its place in the configuration), if a trunk group has it. */
  find(exchange: number, cic: number): number | undefined {
    return this.#byAddress.get(addressOf(exchange, cic));
  }

  /** The trunk group's place in the configuration. */
  trunkGroupOf(circuit: number): number {
    assert(circuit >= 0 && circuit < this.count, `circuit ${circuit} of ${this.count}`);
    let group = this.#first.length - 1;
    while (this.#first[group] > circuit) group--;
    return group;
  }

  group(circuit: number): TrunkGroup {
    return this.configuration.trunkGroups[this.trunkGroupOf(circuit)];
  }

  /** The adjacent exchange's place in the configuration. */
  exchangeOf(circuit: number): number {
    const name = this.group(circuit).exchange;
    return this.configuration.exchanges.findIndex((exchange) => exchange.name === name);
  }

  cicOf(circuit: number): number {
    const group = this.trunkGroupOf(circuit);
    return this.configuration.trunkGroups[group].firstCic + circuit - this.#first[group];
  }

  /** First circuit and number of circuits of a trunk group. */
  rangeOf(trunkGroup: number): { readonly first: number; readonly count: number } {
    const { firstCic, lastCic } = this.configuration.trunkGroups[trunkGroup];
    return { first: this.#first[trunkGroup], count: lastCic - firstCic + 1 };
  }

  /** How people name a circuit: `west/17`. */
  nameOf(circuit: number): string {
    return `${this.group(circuit).name}/${this.cicOf(circuit)}`;
  }
}
