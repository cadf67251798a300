/** A rack between two exchanges whose circuits end in a real osmo-mgw, and what became of the voice in its calls. */
import type { CallRecord } from "../../tools/exchange/circuit.ts";
import { OsmoMgw } from "../firmware/transporter/osmo-mgw.ts";
import { type AdapterEvent, CircuitAdapter } from "./circuit-adapter.ts";
import { controlPorts, type ExchangeName, exchangeNames, RackUnderTest, voicePorts } from "./rack-under-test.ts";
import type { TappedMessage } from "./signalling-tap.ts";

/** Something that goes through a signalling link or to or from the gateway. */
export type Passing =
  | AdapterEvent
  | {
      readonly kind: "isup";
      readonly type: string;
      readonly from: "exchange" | "lim";
      readonly exchange: ExchangeName;
    };

export interface EndedCall extends CallRecord {
  readonly exchange: ExchangeName;
}

/** Packets of an established call that came to the gateway, and the numbers of those that it lost. */
export interface VoiceCount {
  readonly entered: number;
  readonly missing: readonly number[];
}

const circuitsEach = 8;
const callsEach = 2;
/** Packets at the end of a call that a busy host's gateway may find in its socket no sooner than the DLCX. */
const underWayMax = 5;
const plan = { scenario: "answer", voice: true, ringMillis: 300, holdMillis: 1200 } as const;

export class RackWithOsmoMgw {
  readonly osmo = new OsmoMgw();
  readonly underTest: RackUnderTest;
  /** Called right before something is passed on. */
  onPassing: (passing: Passing) => void = () => {};
  readonly #adapter: CircuitAdapter;
  /** By circuit: how many voice packets there had been at the first REL of an exchange. */
  readonly #releasedAt = new Map<number, number>();

  constructor() {
    const { address } = this.osmo;
    const circuits = exchangeNames.flatMap((name) =>
      Array.from({ length: circuitsEach }, (_, place) => ({
        own: voicePorts.gateway[name] + place,
        exchange: voicePorts.exchange[name] + place,
      })),
    );
    const { gateway, adapter: control, callAgent } = controlPorts;
    this.#adapter = new CircuitAdapter({ address, circuits, gateway, control, callAgent }, (event) =>
      this.onPassing(event),
    );
    const site = {
      address,
      profile: "osmo-mgw",
      circuits: circuitsEach,
      voiceCallsMax: callsEach,
      traffic: [],
    } as const;
    this.underTest = new RackUnderTest(site, (exchange, message) => this.#signalled(exchange, message));
  }

  async start(): Promise<void> {
    await this.osmo.start();
    await this.#adapter.open();
    await this.underTest.start();
  }

  async stop(): Promise<void> {
    await this.underTest.stop();
    this.#adapter.close();
    await this.osmo.stop();
  }

  /** Makes calls in both directions at once; resolves when all are over. */
  async makeCalls(): Promise<readonly EndedCall[]> {
    this.#adapter.forget();
    this.#releasedAt.clear();
    for (let call = 0; call < callsEach; call++) {
      for (const name of exchangeNames) await this.underTest.exchange(name).call(plan);
    }
    await this.underTest.quiet();
    const calls = exchangeNames.map(async (exchange) => {
      const ended = await this.underTest.exchange(exchange).calls();
      return ended.map((call) => ({ ...call, exchange }));
    });
    return (await Promise.all(calls)).flat();
  }

  get callsAtOnce(): number {
    return callsEach * exchangeNames.length;
  }

  /** The voice of one of the last calls, until its REL. The way to the caller is open from CRCX on, that from the caller from MDCX on. */
  voiceOf({ exchange, cic, calling }: EndedCall): Record<"forward" | "backward", VoiceCount> {
    const own = circuitOf(exchange, cic);
    const packets = this.#adapter.packets.map((packet, at) => ({ ...packet, at }));
    const ofCall = packets.filter(({ call }) => call === calling.padEnd(16, "f"));
    const other = ofCall.find(({ circuit }) => circuit !== own)?.circuit;
    const end = this.#releasedAt.get(own) ?? 0;
    const count = (from: number | undefined, to: number | undefined, since: number): VoiceCount => {
      const isIn = ({ circuit, towards, at }: (typeof packets)[number]) =>
        circuit === from && towards === "gateway" && at >= since && at < end;
      const isOut = ({ circuit, towards }: (typeof packets)[number]) => circuit === to && towards === "exchange";
      const entered = ofCall.filter(isIn).map(({ number }) => number);
      const left = new Set(ofCall.filter(isOut).map(({ number }) => number));
      const underWay = entered.filter((number) => number > Math.max(-1, ...left));
      const tolerated = new Set(underWay.length <= underWayMax ? underWay : []);
      const missing = entered.filter((number) => !left.has(number) && !tolerated.has(number));
      return { entered: entered.length, missing };
    };
    return { forward: count(own, other, this.#adapter.connectedAt.get(own) ?? end), backward: count(other, own, 0) };
  }

  #signalled(exchange: ExchangeName, { isup, from }: TappedMessage): void {
    if (isup === undefined) return;
    const circuit = circuitOf(exchange, isup.cic);
    if (isup.type === "REL" && from === "exchange" && !this.#releasedAt.has(circuit)) {
      this.#releasedAt.set(circuit, this.#adapter.packets.length);
    }
    this.onPassing({ kind: "isup", type: isup.type, from, exchange });
  }
}

/** Place among the adapter's circuits. */
function circuitOf(exchange: ExchangeName, cic: number): number {
  return exchangeNames.indexOf(exchange) * circuitsEach + cic - 1;
}
