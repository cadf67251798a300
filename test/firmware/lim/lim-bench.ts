/** A LIM with the far ends of its associations, joined in memory. */
import type { ApplicationAction, ApplicationEvent, DeliveredCommit } from "../../../firmware/card/application.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Output, outputs } from "../../../firmware/interchange/output.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { LinkInterfaceModule } from "../../../firmware/lim/link-interface-module.ts";
import { Association } from "../../../firmware/m3ua/association.ts";
import type { AssociationAction, AssociationEvent } from "../../../firmware/m3ua/association-contract.ts";
import type { MessageSignalUnit } from "../../../firmware/mtp3/message-signal-unit.ts";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { exampleRack, slots } from "./example-rack.ts";

export const own = 2 * 2048 + 17 * 8 + 5;
export const national = 2;
const isup = 5;

/** An exchange, or the signalling gateway before it. */
export interface FarEnd {
  readonly stream: string;
  readonly association: Association;
  readonly received: MessageSignalUnit[];
  readonly actions: AssociationAction[];
}

export class LimBench {
  readonly configuration: RackConfiguration;
  readonly lim: LinkInterfaceModule;
  readonly inputs: { readonly group: number; readonly input: Input }[] = [];
  readonly logs: string[] = [];
  /** Of which streams the octets were to be taken, or not. */
  readonly reads: (readonly [string, boolean])[] = [];
  readonly opened: ApplicationAction[];
  readonly west = farEnd("m3ua west", new Association({ role: "ipsp-client" }));
  readonly east = farEnd("m3ua east", new Association({ role: "sgp", routingContext: 7, ownPointCodes: [200] }));
  now = 1_000_000;
  /** What is on its way. */
  readonly #deliveries: (() => void)[] = [];
  #delivering = false;

  constructor(configuration = exampleRack()) {
    this.configuration = configuration;
    this.lim = new LinkInterfaceModule(configuration, slots.lim);
    const service: ApplicationEvent = { kind: "service", group: 1, available: true };
    const actions = [...this.lim.start(), ...this.lim.step(service, this.now, 0)];
    this.opened = actions.filter(({ kind }) => kind !== "input");
  }

  /** Gives the event to the LIM, and carries what it says to the far ends and their answers back. */
  step(event: ApplicationEvent): void {
    for (const action of this.lim.step(event, this.now, 1_700_000_000_000 + this.now / 1000)) this.#do(action);
    this.#deliver();
  }

  far(end: FarEnd, event: AssociationEvent): void {
    for (const action of end.association.step(event, this.now)) {
      end.actions.push(action);
      if (action.kind === "send") {
        const { octets } = action;
        this.#deliveries.push(() => this.step({ kind: "stream-octets", stream: end.stream, octets }));
      }
      if (action.kind === "received") {
        const { protocolData } = action;
        end.received.push({ ...protocolData, userData: protocolData.userData.slice() });
      }
    }
    this.#deliver();
  }

  /** Both ends learn of the connection before anything comes over it. */
  connect(end: FarEnd): void {
    this.#deliveries.push(() => this.step({ kind: "stream-opened", stream: end.stream }));
    this.#deliveries.push(() => this.far(end, { kind: "connected" }));
    this.#deliver();
  }

  disconnect(end: FarEnd): void {
    this.step({ kind: "stream-closed", stream: end.stream, reason: "test" });
    this.far(end, { kind: "disconnected" });
  }

  /** The exchange sends; what is not said is an ISUP message of the west exchange for this node. */
  send(
    userData: Uint8Array,
    changes: Partial<MessageSignalUnit> = {},
    end: FarEnd = this.west,
    correlationId?: number,
  ): void {
    const opc = end === this.west ? 100 : 200;
    const protocolData = {
      opc,
      dpc: own,
      sls: 0,
      serviceIndicator: isup,
      networkIndicator: national,
      messagePriority: 0,
      userData,
      ...changes,
    };
    this.far(end, { kind: "transfer", protocolData, correlationId });
  }

  commit(all: readonly Output[], consumed?: Input, changes: Uint8Array = Uint8Array.of(0xee, 0xff)): void {
    this.step({ kind: "commit", commit: commitOf(all, consumed, changes) });
  }

  takeInputs(): { readonly group: number; readonly input: Input }[] {
    return this.inputs.splice(0);
  }

  disposed(): Readonly<Record<string, number>> {
    return this.lim.status().disposed as Readonly<Record<string, number>>;
  }

  #do(action: ApplicationAction): void {
    if (action.kind === "input") {
      const decoded = decode(input, action.payload);
      if (!decoded.ok) throw new Error(`an input that cannot be decoded: ${decoded.error.kind}`);
      this.inputs.push({ group: action.group, input: decoded.value });
    }
    if (action.kind === "stream-read") this.reads.push([action.stream, action.on]);
    if (action.kind === "log") this.logs.push(action.text);
    if (action.kind !== "stream-send") return;
    const end = [this.west, this.east].find((each) => each.stream === action.stream);
    if (end) this.#deliveries.push(() => this.far(end, { kind: "octets", octets: action.octets }));
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#deliveries.shift(); next; next = this.#deliveries.shift()) next();
    this.#delivering = false;
  }
}

function farEnd(stream: string, association: Association): FarEnd {
  return { stream, association, received: [], actions: [] };
}

export function commitOf(
  all: readonly Output[],
  consumed?: Input,
  changes: Uint8Array = new Uint8Array(0),
  sequence = 1,
  slot = 1,
): DeliveredCommit {
  const front = encode(outputs, [...all]);
  const body = new Uint8Array(front.length + changes.length);
  body.set(front);
  body.set(changes, front.length);
  return {
    group: 1,
    term: 1,
    sequence,
    consumed: consumed ? { kind: "input", slot, number: 1 } : { kind: "internal" },
    timeMillis: 0,
    body,
    input: consumed ? encode(input, consumed) : new Uint8Array(0),
  };
}
