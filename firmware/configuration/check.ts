/** What the schema of rack.yaml cannot say: that names are defined, once, and that numbers agree with each other. */
import { groupsOf } from "./groups.ts";
import type { Association, RackConfiguration } from "./rack-schema.ts";

/** Something wrong in a configuration: where, and a sentence that says what was found and what is allowed. */
export interface ConfigurationFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

type Path = ConfigurationFault["path"];

/** The faults, those that are most likely the cause of others first. */
export function checkConfiguration(configuration: RackConfiguration): ConfigurationFault[] {
  return [
    ...checkUnique(configuration),
    ...checkCards(configuration),
    ...checkExchanges(configuration),
    ...checkTrunkGroups(configuration),
    ...checkReferences(configuration),
    ...checkRoutes(configuration),
  ];
}

function checkUnique({
  cards,
  exchanges,
  gateways,
  trunkGroups,
  console: { users },
}: RackConfiguration): ConfigurationFault[] {
  const unique = <T>(section: string, items: readonly T[], key: keyof T & string): ConfigurationFault[] => {
    const firstWith = new Map<unknown, number>();
    return items.flatMap((item, index) => {
      const first = firstWith.get(item[key]);
      if (first === undefined) firstWith.set(item[key], index);
      if (first === undefined) return [];
      return [
        {
          path: [...section.split("."), index, key],
          text: `is the same as that of ${section}[${first}]; each may occur once`,
        },
      ];
    });
  };
  return [
    ...unique("cards", cards, "slot"),
    ...unique("exchanges", exchanges, "name"),
    ...unique("exchanges", exchanges, "pointCode"),
    ...unique("gateways", gateways, "name"),
    ...unique("trunkGroups", trunkGroups, "name"),
    ...unique("console.users", users, "name"),
  ];
}

function checkCards({ cards }: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  for (const kind of ["lim", "transporter"]) {
    if (!cards.some((card) => card.kind === kind)) {
      faults.push({ path: ["cards"], text: `found no card of kind ${kind}; there must be at least one` });
    }
  }
  for (const group of groupsOf({ cards })) {
    const members = cards.filter((card) => card.kind === "call-server" && card.group === group).length;
    if (members !== 2) {
      const cardsText = members === 1 ? "card" : "cards";
      const text = `found ${members} ${cardsText} of kind call-server in group ${group}; a group has two, primary and backup`;
      faults.push({ path: ["cards"], text });
    }
  }
  if (groupsOf({ cards }).length === 0) {
    faults.push({ path: ["cards"], text: "found no card of kind call-server; there must be at least two" });
  }
  return faults;
}

function checkExchanges({ pointCode, exchanges }: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  exchanges.forEach((exchange, index) => {
    if (exchange.pointCode === pointCode) {
      const text = "is the node's own; an adjacent exchange has another";
      faults.push({ path: ["exchanges", index, "pointCode"], text });
    }
    exchange.associations.forEach((association, place) => {
      faults.push(...checkAssociation(exchanges, index, association, place));
    });
  });
  return faults;
}

function checkAssociation(
  exchanges: RackConfiguration["exchanges"],
  index: number,
  { role, lim, address, port }: Association,
  place: number,
): ConfigurationFault[] {
  const path = (key: string) => ["exchanges", index, "associations", place, key];
  if (exchanges[index].associations.slice(0, place).some((earlier) => earlier.lim === lim)) {
    return [
      { path: path("lim"), text: `found ${lim}, which has an association with this exchange already; a LIM has one` },
    ];
  }
  const before = exchanges.slice(0, index);
  const other = before.find(({ associations }) =>
    associations.some((earlier) => {
      const same = earlier.lim === lim && earlier.address === address && earlier.port === port;
      return same && role === "ipsp-server" && earlier.role === "ipsp-server";
    }),
  );
  if (other === undefined) return [];
  const text = `found ${port}, on which the LIM in slot ${lim} listens for exchange ${other.name} already; each has its own`;
  return [{ path: path("port"), text }];
}

function checkTrunkGroups({ trunkGroups }: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  trunkGroups.forEach((trunkGroup, index) => {
    const { firstCic, lastCic } = trunkGroup;
    if (lastCic < firstCic) {
      const text = `found ${lastCic}; allowed: firstCic (${firstCic}) or higher`;
      faults.push({ path: ["trunkGroups", index, "lastCic"], text });
    }
    for (const key of ["gatewayPort", "exchangePort"] as const) {
      const last = trunkGroup.media[key] + lastCic - firstCic;
      if (last <= 65_535) continue;
      const text = `found ${trunkGroup.media[key]}, from which ${lastCic - firstCic + 1} circuits reach port ${last}; the highest is 65535`;
      faults.push({ path: ["trunkGroups", index, "media", key], text });
    }
    for (const other of trunkGroups.slice(0, index)) {
      if (other.exchange !== trunkGroup.exchange || other.firstCic > lastCic || firstCic > other.lastCic) continue;
      const text = `found CICs ${firstCic} to ${lastCic}, which overlap ${other.firstCic} to ${other.lastCic} of trunk group ${other.name}; a CIC is in one group`;
      faults.push({ path: ["trunkGroups", index, "firstCic"], text });
    }
  });
  return faults;
}

/**
 * A call goes out on circuits of the call-server group on whose circuits it came, so each group has routes of its own: one for a
 * prefix, which leads to its trunk groups and no others.
 */
function checkRoutes({ trunkGroups, routes }: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const groupByName = new Map(trunkGroups.map(({ name, group }) => [name, group]));
  const firstWith = new Map<string, number>();
  routes.forEach(({ prefix, trunkGroups: names }, index) => {
    const [first, ...others] = names.filter((name) => groupByName.has(name));
    if (first === undefined) return;
    const group = groupByName.get(first);
    const stranger = others.find((name) => groupByName.get(name) !== group);
    if (stranger !== undefined) {
      const text = `found ${stranger} of call-server group ${groupByName.get(stranger)}, and ${first} is of group ${group}; a call goes out on circuits of the group that it came in on: a route for each`;
      faults.push({ path: ["routes", index, "trunkGroups", names.indexOf(stranger)], text });
    }
    const earlier = firstWith.get(`${group} ${prefix}`);
    if (earlier === undefined) firstWith.set(`${group} ${prefix}`, index);
    else {
      const text = `is the same as that of routes[${earlier}] of call-server group ${group}; each may occur once in a group`;
      faults.push({ path: ["routes", index, "prefix"], text });
    }
  });
  return faults;
}

/** What is named somewhere is defined elsewhere. */
function checkReferences({ cards, exchanges, gateways, trunkGroups, routes }: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const known = (path: Path, value: string | number, what: string, defined: readonly (string | number)[]) => {
    if (!defined.includes(value))
      faults.push({ path, text: `found ${value}; allowed: ${what}: ${defined.join(", ")}` });
  };
  const slots = (kind: string) => cards.filter((card) => card.kind === kind).map(({ slot }) => slot);
  const names = (named: readonly { name: string }[]) => named.map(({ name }) => name);

  exchanges.forEach(({ associations }, index) => {
    associations.forEach(({ lim }, place) => {
      const path = ["exchanges", index, "associations", place, "lim"];
      known(path, lim, "the slot of a card of kind lim", slots("lim"));
    });
  });
  gateways.forEach(({ callAgents }, index) => {
    callAgents.forEach(({ transporter }, place) => {
      const path = ["gateways", index, "callAgents", place, "transporter"];
      known(path, transporter, "the slot of a card of kind transporter", slots("transporter"));
      if (callAgents.slice(0, place).some((earlier) => earlier.transporter === transporter)) {
        faults.push({ path, text: `found ${transporter}, which controls this gateway already; each is named once` });
      }
    });
  });
  trunkGroups.forEach(({ exchange, gateway, group }, index) => {
    known(["trunkGroups", index, "exchange"], exchange, "the name of an exchange", names(exchanges));
    known(["trunkGroups", index, "gateway"], gateway, "the name of a gateway", names(gateways));
    known(["trunkGroups", index, "group"], group, "the group of cards of kind call-server", groupsOf({ cards }));
  });
  routes.forEach((route, index) => {
    route.trunkGroups.forEach((name, place) => {
      known(["routes", index, "trunkGroups", place], name, "the name of a trunk group", names(trunkGroups));
    });
  });
  return faults;
}
