/** Number analysis: the route of the group with the longest prefix, and the digits that go on. */
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

  /** Routes to trunk groups of this call-server group count: a call goes out on circuits of the group on whose circuits it came. */
  constructor(configuration: RackConfiguration, group: number) {
    const places = new Map(
      configuration.trunkGroups.flatMap((each, place) => (each.group === group ? [[each.name, place] as const] : [])),
    );
    const routes = configuration.routes.flatMap(({ prefix, trunkGroups, remove, insert }, number) => {
      const own = trunkGroups.flatMap((name) => places.get(name) ?? []);
      return own.length > 0 ? [[prefix, { number, trunkGroups: own, remove, insert }] as const] : [];
    });
    this.#byPrefix = new Map(routes);
    this.#prefixDigitsMax = Math.max(0, ...routes.map(([prefix]) => prefix.length));
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
