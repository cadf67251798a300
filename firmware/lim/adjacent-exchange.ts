/** One adjacent exchange: its M3UA association and whether the exchange can be reached over it. */
import type { Association as Configured, Exchange, RackConfiguration } from "../configuration/rack-schema.ts";
import { Association } from "../m3ua/association.ts";
import type { AssociationAction, AssociationEvent } from "../m3ua/association-contract.ts";
import { Correlation } from "../m3ua/correlation.ts";
import type { Micros } from "../time.ts";
import { BroadcastTraffic } from "./broadcast-traffic.ts";

type DestinationReport = Extract<AssociationAction, { readonly kind: "destination" }>;

export class AdjacentExchange {
  readonly exchange: Exchange;
  /** Of the exchange's associations, the one with this LIM. */
  readonly configured: Configured;
  /** Its place in the configuration. */
  readonly number: number;
  /** The call-server groups that have circuits to it, that of its first trunk group first. */
  readonly groups: readonly number[];
  readonly stream: string;
  /** Where the exchange sends every message to all its LIMs. */
  readonly broadcast: BroadcastTraffic | undefined;
  readonly correlation = new Correlation();
  readonly #association: Association;
  /** The signalling gateway said that the exchange cannot be reached. */
  #cutOff = false;
  #auditing = false;
  #wasAvailable = false;

  constructor(configuration: RackConfiguration, number: number, configured: Configured) {
    const exchange = configuration.exchanges[number];
    const { role, routingContext, heartbeatMillis } = configured;
    this.exchange = exchange;
    this.configured = configured;
    this.number = number;
    const trunkGroups = configuration.trunkGroups.filter((group) => group.exchange === exchange.name);
    this.groups = [...new Set(trunkGroups.map((group) => group.group))];
    this.stream = `m3ua ${exchange.name}`;
    if (exchange.trafficMode === "broadcast") {
      const lims = exchange.associations.map(({ lim }) => lim);
      this.broadcast = new BroadcastTraffic(lims, configured.lim);
    }
    this.#association = new Association({
      role,
      routingContext,
      trafficMode: exchange.trafficMode,
      heartbeatMillis,
      ownPointCodes: [configuration.pointCode],
    });
  }

  get state(): string {
    return this.#association.state;
  }

  get available(): boolean {
    return this.#association.state === "active" && !this.#cutOff;
  }

  nextDeadline(): Micros | undefined {
    const association = this.#association.nextDeadline();
    const copies = this.broadcast?.nextDeadline();
    return association === undefined || (copies !== undefined && copies < association) ? copies : association;
  }

  step(event: AssociationEvent, now: Micros): readonly AssociationAction[] {
    return this.#association.step(event, now);
  }

  /** The association went up or down. Whether the exchange has become reachable or unreachable by that. */
  stateChanged(): boolean {
    // Whoever comes up again is told anew what cannot be reached.
    this.#cutOff = false;
    if (this.state !== "active") {
      this.#auditing = false;
      this.broadcast?.associationEnded();
      this.correlation.clear();
    }
    return this.#changed();
  }

  /** The network was asked, and its next report answers it. False: there is nobody to ask, what is known is all there is. */
  audit(): boolean {
    this.#auditing = this.configured.role === "asp" && this.state === "active";
    return this.#auditing;
  }

  /**
   * Takes in what the network reports of destinations. Whether the call servers are to be told: the exchange has become
   * reachable or unreachable, or they had asked.
   */
  report({ pointCodes, status }: DestinationReport): boolean {
    const concerned = pointCodes.some(
      ({ mask, pointCode }) => Math.floor(pointCode / 2 ** mask) === Math.floor(this.exchange.pointCode / 2 ** mask),
    );
    // Congestion says nothing of reachability; a restricted destination is reached, if by a longer way.
    if (!concerned || status === "congested") return false;
    this.#cutOff = status === "unavailable";
    const asked = this.#auditing;
    this.#auditing = false;
    return this.#changed() || asked;
  }

  #changed(): boolean {
    const before = this.#wasAvailable;
    this.#wasAvailable = this.available;
    return this.available !== before;
  }
}
