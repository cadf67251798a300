/** What the configuration says of each circuit, looked up once: the hot path only indexes. */
import { Circuits } from "../configuration/circuits.ts";
import type { RackConfiguration, TrunkGroup } from "../configuration/rack-schema.ts";

export class CircuitPlan {
  readonly configuration: RackConfiguration;
  readonly circuits: Circuits;
  readonly count: number;
  /** The call-server group whose circuits these are. */
  readonly group: number;
  readonly #trunkGroup: Uint16Array;
  readonly #exchange: Uint8Array;
  readonly #gateway: Uint8Array;
  readonly #lims: readonly (readonly number[])[];
  readonly #transporters: readonly (readonly number[])[];

  constructor(configuration: RackConfiguration, group: number) {
    this.configuration = configuration;
    this.group = group;
    this.circuits = new Circuits(configuration);
    this.count = this.circuits.count;
    this.#trunkGroup = Uint16Array.from({ length: this.count }, (_, circuit) => this.circuits.trunkGroupOf(circuit));
    this.#exchange = Uint8Array.from({ length: this.count }, (_, circuit) => this.circuits.exchangeOf(circuit));
    this.#gateway = Uint8Array.from({ length: this.count }, (_, circuit) =>
      configuration.gateways.findIndex(({ name }) => name === this.trunkGroup(circuit).gateway),
    );
    this.#lims = configuration.exchanges.map(({ associations }) => associations.map(({ lim }) => lim));
    this.#transporters = configuration.gateways.map(({ callAgents }) =>
      callAgents.map(({ transporter }) => transporter),
    );
  }

  /** Whether there is such a circuit and it belongs to the group. */
  has(circuit: number): boolean {
    return circuit >= 0 && circuit < this.count && this.trunkGroup(circuit).group === this.group;
  }

  trunkGroupOf(circuit: number): number {
    return this.#trunkGroup[circuit];
  }

  trunkGroup(circuit: number): TrunkGroup {
    return this.configuration.trunkGroups[this.#trunkGroup[circuit]];
  }

  exchangeOf(circuit: number): number {
    return this.#exchange[circuit];
  }

  gatewayOf(circuit: number): number {
    return this.#gateway[circuit];
  }

  /** The slots of the LIMs that have an association with an exchange. */
  limsOf(exchange: number): readonly number[] {
    return this.#lims[exchange];
  }

  /** The slots of the transporters that may control a gateway. */
  transportersOf(gateway: number): readonly number[] {
    return this.#transporters[gateway];
  }

  nameOf(circuit: number): string {
    return this.circuits.nameOf(circuit);
  }

  /**
   * Whether this node has the right of way: on a both-way circuit the higher point code has it on the even CICs
   * (Q.764 2.9.1.4), on one that only this node may seize nobody else.
   */
  controls(circuit: number): boolean {
    if (this.trunkGroup(circuit).direction === "outgoing") return true;
    const { configuration } = this;
    const higher = configuration.pointCode > configuration.exchanges[this.exchangeOf(circuit)].pointCode;
    return (this.circuits.cicOf(circuit) % 2 === 0) === higher;
  }

  /** How many circuits from this one on a group reset can cover: consecutive CICs of its trunk group, at most `most`. */
  runFrom(circuit: number, most: number): number {
    const { first, count } = this.circuits.rangeOf(this.trunkGroupOf(circuit));
    return Math.min(most, first + count - circuit);
  }
}
