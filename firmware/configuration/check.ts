/** What the schema of rack.yaml cannot say: that names are defined, once, and that numbers agree with each other. */
import type { RackConfiguration } from "./rack-schema.ts";

/** Something wrong in a configuration: where, and a sentence that says what was found and what is allowed. */
export interface ConfigurationFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

export function checkConfiguration(configuration: RackConfiguration): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const { cards, exchanges, gateways, trunkGroups, routes } = configuration;
  const unique = (section: string, key: string, values: readonly (string | number)[]) => {
    values.forEach((value, index) => {
      const first = values.indexOf(value);
      if (first < index) {
        faults.push({
          path: [section, index, key],
          text: `${key} ${value} is taken by ${section}[${first}]; each may occur once`,
        });
      }
    });
  };
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const known = (path: readonly (string | number)[], value: string | number, allowed: readonly (string | number)[]) => {
    if (!allowed.includes(value))
      faults.push({ path, text: `${value} is not defined; there are ${allowed.join(", ")}` });
  };
  const slots = (kind: string) => cards.filter((card) => card.kind === kind).map(({ slot }) => slot);

  unique(
    "cards",
    "slot",
    cards.map(({ slot }) => slot),
  );
  unique("exchanges", "name", names(exchanges));
  unique("gateways", "name", names(gateways));
  unique("trunkGroups", "name", names(trunkGroups));
  unique(
    "routes",
    "prefix",
    routes.map(({ prefix }) => prefix),
  );

  for (const kind of ["lim", "transporter"]) {
    if (slots(kind).length === 0)
      faults.push({ path: ["cards"], text: `no card of kind ${kind}; there must be at least one` });
  }
  if (slots("call-server").length < 2) {
    faults.push({
      path: ["cards"],
      text: "fewer than two cards of kind call-server; a group has a primary and a backup",
    });
  }
  exchanges.forEach((exchange, index) => {
    known(["exchanges", index, "association", "lim"], exchange.association.lim, slots("lim"));
    if (exchange.pointCode === configuration.pointCode) {
      faults.push({
        path: ["exchanges", index, "pointCode"],
        text: "is the node's own; an adjacent exchange has another",
      });
    }
  });
  gateways.forEach((gateway, index) => {
    known(["gateways", index, "transporter"], gateway.transporter, slots("transporter"));
  });
  trunkGroups.forEach((group, index) => {
    known(["trunkGroups", index, "exchange"], group.exchange, names(exchanges));
    known(["trunkGroups", index, "gateway"], group.gateway, names(gateways));
    if (group.lastCic < group.firstCic) {
      faults.push({
        path: ["trunkGroups", index, "lastCic"],
        text: `${group.lastCic} is below firstCic ${group.firstCic}`,
      });
    }
    trunkGroups.slice(0, index).forEach((other) => {
      if (other.exchange === group.exchange && other.firstCic <= group.lastCic && group.firstCic <= other.lastCic) {
        faults.push({
          path: ["trunkGroups", index, "firstCic"],
          text: `CICs ${group.firstCic} to ${group.lastCic} overlap those of trunk group ${other.name}; a CIC is in one group`,
        });
      }
    });
  });
  routes.forEach((route, index) => {
    for (const [place, name] of route.trunkGroups.entries()) {
      known(["routes", index, "trunkGroups", place], name, names(trunkGroups));
    }
  });
  return faults;
}
