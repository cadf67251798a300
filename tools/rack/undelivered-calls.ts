/**
 * Calls of which a message died with a LIM: the exchange had sent it, and when the LIM was pulled it was not yet on the bus. This is
 * the one loss that a rack admits to. Most of it is this machine's: its kernel goes on taking in what comes for a process that is
 * killed, for the 10 to 20 ms that it needs to give back the memory.
 */
import { Circuits } from "../../firmware/configuration/circuits.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { SentInCall } from "../exchange/exchange-program.ts";
import type { HeardMessage } from "./input-tap.ts";

export class UndeliveredCalls {
  readonly #configuration: RackConfiguration;
  readonly #circuits: Circuits;
  readonly #callings = new Set<string>();
  /** Messages that died with their LIM. */
  messages = 0;

  constructor(configuration: RackConfiguration) {
    this.#configuration = configuration;
    this.#circuits = new Circuits(configuration);
  }

  /** The slot of the LIM that an exchange reaches at this port; undefined where the LIM is the one that connects. */
  limAt(exchange: string, port: number): number | undefined {
    const associations = this.#configuration.exchanges.find(({ name }) => name === exchange)?.associations ?? [];
    return associations.find((each) => each.role === "ipsp-server" && each.port === port)?.lim;
  }

  /**
   * A LIM was pulled, and this is what the exchange had sent it last, the oldest first. A LIM says in order what an exchange sends it:
   * before the last message that it `said` none is missing.
   */
  cut(exchange: string, sent: readonly SentInCall[], said: (message: HeardMessage) => boolean): void {
    const number = this.#configuration.exchanges.findIndex(({ name }) => name === exchange);
    for (const { atMicros, cic, type, calling } of sent.toReversed()) {
      const circuit = this.#circuits.find(number, cic);
      if (circuit === undefined) continue;
      if (said({ atMicros, circuit, type })) return;
      this.messages++;
      if (calling !== undefined) this.#callings.add(calling);
    }
  }

  has(calling: string): boolean {
    return this.#callings.has(calling);
  }
}
