/** An adjacent exchange in the simulator: the test exchange's core behind its M3UA associations, on the virtual clock. */
import type { Association as Configured } from "../../firmware/configuration/rack-schema.ts";
import { Association } from "../../firmware/m3ua/association.ts";
import type { AssociationAction, AssociationEvent } from "../../firmware/m3ua/association-contract.ts";
import { serviceIndicator } from "../../firmware/mtp3/user-parts.ts";
import type { Clock } from "../../hal/clock.ts";
import { Exchange, type ExchangeConfiguration, type ExchangeEvent, type ExchangeReport } from "../exchange/exchange.ts";

const nationalNetwork = 2;

export class SimulatedExchange {
  readonly core: Exchange;
  readonly reports: ExchangeReport[] = [];
  /** Every message in both directions, by type, as this exchange sees them. */
  readonly seen: string[] = [];
  /** How many messages it has sent to a LIM, by the LIM's slot. */
  readonly sentTo = new Map<number, number>();
  /** By the slot of the LIM at the other end. */
  readonly #associations: ReadonlyMap<number, Association>;
  readonly #configuration: ExchangeConfiguration;
  readonly #clock: Clock;
  readonly #toNode: (lim: number, octets: Uint8Array) => void;
  #wake: (() => void) | undefined;

  constructor(
    configuration: ExchangeConfiguration,
    associations: readonly Configured[],
    clock: Clock,
    chance: () => number,
    toNode: (lim: number, octets: Uint8Array) => void,
  ) {
    this.core = new Exchange(configuration, chance);
    this.#configuration = configuration;
    this.#clock = clock;
    this.#toNode = toNode;
    const ownPointCodes = [configuration.pointCode];
    this.#associations = new Map(
      associations.map(({ lim, routingContext }) => [
        lim,
        new Association({ role: "ipsp-client", routingContext, ownPointCodes }),
      ]),
    );
  }

  connected(lim: number): void {
    this.#associate(lim, { kind: "connected" });
  }

  disconnected(lim: number): void {
    this.#associate(lim, { kind: "disconnected" });
  }

  fromNode(lim: number, octets: Uint8Array): void {
    this.#associate(lim, { kind: "octets", octets });
  }

  step(event: ExchangeEvent): void {
    const { pointCode, nodePointCode } = this.#configuration;
    for (const action of this.core.step(event, this.#clock.nowMicros())) {
      if (action.kind === "report") this.reports.push(action.report);
      if (action.kind !== "send") continue;
      this.seen.push(`sent ${action.octets[2].toString(16)}`);
      const sls = action.cic % 16;
      const lim = this.#limFor(sls);
      this.sentTo.set(lim, (this.sentTo.get(lim) ?? 0) + 1);
      this.#associate(lim, {
        kind: "transfer",
        protocolData: {
          dpc: nodePointCode,
          opc: pointCode,
          sls,
          serviceIndicator: serviceIndicator("ISUP"),
          networkIndicator: nationalNetwork,
          messagePriority: 0,
          userData: action.octets,
        },
      });
    }
    this.#arm();
  }

  /** Traffic is shared among the associations that are active. */
  #limFor(sls: number): number {
    const all = [...this.#associations];
    const active = all.filter(([, association]) => association.state === "active");
    const [lim] = (active.length > 0 ? active : all)[sls % Math.max(active.length, 1)];
    return lim;
  }

  #associate(lim: number, event: AssociationEvent): void {
    const actions: readonly AssociationAction[] =
      this.#associations.get(lim)?.step(event, this.#clock.nowMicros()) ?? [];
    for (const action of actions) {
      if (action.kind === "send") this.#toNode(lim, action.octets);
      if (action.kind === "received") {
        const octets = action.protocolData.userData;
        this.seen.push(`received ${octets[2].toString(16)}`);
        this.step({ kind: "message", octets });
      }
    }
    this.#arm();
  }

  #arm(): void {
    this.#wake?.();
    this.#wake = undefined;
    const associations = [...this.#associations.values()];
    const due = [this.core, ...associations].map((each) => each.nextDeadline()).filter((at) => at !== undefined);
    if (due.length === 0) return;
    this.#wake = this.#clock.at(Math.max(Math.min(...due), this.#clock.nowMicros() + 1), () => {
      this.#wake = undefined;
      for (const lim of this.#associations.keys()) this.#associate(lim, { kind: "deadline" });
      this.step({ kind: "deadline" });
    });
  }
}
