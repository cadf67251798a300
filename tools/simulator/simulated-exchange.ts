/** An adjacent exchange in the simulator: the test exchange's core behind an M3UA association, on the virtual clock. */
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
  readonly #association: Association;
  readonly #configuration: ExchangeConfiguration;
  readonly #clock: Clock;
  readonly #toNode: (octets: Uint8Array) => void;
  #wake: (() => void) | undefined;

  constructor(
    configuration: ExchangeConfiguration,
    routingContext: number | undefined,
    clock: Clock,
    chance: () => number,
    toNode: (octets: Uint8Array) => void,
  ) {
    this.core = new Exchange(configuration, chance);
    this.#configuration = configuration;
    this.#clock = clock;
    this.#toNode = toNode;
    this.#association = new Association({
      role: "ipsp-client",
      routingContext,
      ownPointCodes: [configuration.pointCode],
    });
  }

  connected(): void {
    this.#associate({ kind: "connected" });
  }

  disconnected(): void {
    this.#associate({ kind: "disconnected" });
  }

  fromNode(octets: Uint8Array): void {
    this.#associate({ kind: "octets", octets });
  }

  step(event: ExchangeEvent): void {
    const { pointCode, nodePointCode } = this.#configuration;
    for (const action of this.core.step(event, this.#clock.nowMicros())) {
      if (action.kind === "report") this.reports.push(action.report);
      if (action.kind !== "send") continue;
      this.seen.push(`sent ${action.octets[2].toString(16)}`);
      this.#associate({
        kind: "transfer",
        protocolData: {
          dpc: nodePointCode,
          opc: pointCode,
          sls: action.cic % 16,
          serviceIndicator: serviceIndicator("ISUP"),
          networkIndicator: nationalNetwork,
          messagePriority: 0,
          userData: action.octets,
        },
      });
    }
    this.#arm();
  }

  #associate(event: AssociationEvent): void {
    const actions: readonly AssociationAction[] = this.#association.step(event, this.#clock.nowMicros());
    for (const action of actions) {
      if (action.kind === "send") this.#toNode(action.octets);
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
    const due = [this.core.nextDeadline(), this.#association.nextDeadline()].filter((at) => at !== undefined);
    if (due.length === 0) return;
    this.#wake = this.#clock.at(Math.max(Math.min(...due), this.#clock.nowMicros() + 1), () => {
      this.#wake = undefined;
      this.#associate({ kind: "deadline" });
      this.step({ kind: "deadline" });
    });
  }
}
