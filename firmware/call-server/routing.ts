/** Number analysis: the route with the longest prefix, and the digits that go on. */
import type { RackConfiguration } from "../configuration/rack-schema.ts";

export interface Route {
  /** Its place in the configuration. */
  readonly number: number;
  /** Trunk groups by their place in the configuration, first choice first. */
  readonly trunkGroups: readonly number[];
  readonly remove: number;
  readonly insert: string;
}

export class Routing {
  readonly #byPrefix: ReadonlyMap<string, Route>;
  readonly #prefixDigitsMax: number;

  constructor(configuration: RackConfiguration) {
    const places = new Map(configuration.trunkGroups.map(({ name }, place) => [name, place]));
    this.#byPrefix = new Map(
      configuration.routes.map(({ prefix, trunkGroups, remove, insert }, number) => [
        prefix,
        { number, trunkGroups: trunkGroups.flatMap((name) => places.get(name) ?? []), remove, insert },
      ]),
    );
    this.#prefixDigitsMax = Math.max(...configuration.routes.map(({ prefix }) => prefix.length));
  }

  /** The route of a called number. */
  find(digits: string): Route | undefined {
    for (let length = Math.min(digits.length, this.#prefixDigitsMax); length >= 0; length--) {
      const route = this.#byPrefix.get(digits.slice(0, length));
      if (route !== undefined) return route;
    }
    return undefined;
  }
}

/** The number as the route sends it on. */
export function routedDigits(digits: string, { remove, insert }: Route): string {
  return insert + digits.slice(remove);
}
