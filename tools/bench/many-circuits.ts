/** A node with very many circuits: half of its exchanges call, the others are called. */
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";

/** Of one exchange; whole group resets of 32. */
export const circuitsPerExchange = 4000;
const firstPort = 10_000;
const firstPointCode = 100;

/** Calls that come and go beside those in progress need circuits, too. */
export const spareCircuits = 400;

/** The node of a rack.yaml with circuits for the most of these calls: so it is the same node however many there are. */
export function nodeFor(config: string, callsInProgress: readonly number[]): RackConfiguration {
  const pairs = Math.ceil((Math.max(...callsInProgress) + spareCircuits) / circuitsPerExchange);
  return withManyCircuits(readConfiguration(config).configuration, pairs);
}

/** What `base` is, with `exchangePairs` exchanges that call and as many that are called, all on the first LIM and gateway. */
export function withManyCircuits(base: RackConfiguration, exchangePairs: number): RackConfiguration {
  const [exchange] = base.exchanges;
  const [trunkGroup] = base.trunkGroups;
  const names = Array.from({ length: exchangePairs }, (_, pair) => [`calling-${pair}`, `called-${pair}`]).flat();
  return {
    ...base,
    exchanges: names.map((name, number) => ({
      ...exchange,
      name,
      pointCode: firstPointCode + number,
      associations: exchange.associations.map((association) => ({
        ...association,
        port: firstPort + number,
        routingContext: number,
      })),
    })),
    trunkGroups: names.map((name) => ({
      ...trunkGroup,
      name,
      exchange: name,
      firstCic: 1,
      lastCic: circuitsPerExchange,
    })),
    routes: Array.from({ length: exchangePairs }, (_, pair) => ({
      prefix: prefixOf(pair),
      trunkGroups: [`called-${pair}`],
      remove: 0,
      insert: "",
    })),
  };
}

/** Digits that lead to the called exchange of a pair. */
export function prefixOf(pair: number): string {
  return String(pair).padStart(3, "0");
}

/** Circuits of the calling exchange of a pair. */
export function callingCircuits(pair: number): { readonly first: number; readonly count: number } {
  return { first: 2 * pair * circuitsPerExchange, count: circuitsPerExchange };
}
