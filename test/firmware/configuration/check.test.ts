import { describe, expect, test } from "vitest";
import { checkConfiguration } from "../../../firmware/configuration/check.ts";
import { rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import { exampleRack } from "./example-rack.ts";

type Rack = ReturnType<typeof exampleRack>;

/** The faults of the smallest rack with one thing changed, as `path: text`. */
function faultsOf(change: (rack: Rack) => void): string[] {
  const rack = exampleRack();
  change(rack);
  return checkConfiguration(rackSchema.parse(rack)).map(({ path, text }) => `${path.join(".")}: ${text}`);
}

test("nothing is wrong with the smallest rack", () => {
  expect(faultsOf(() => {})).toEqual([]);
});

test("two groups of call servers may have a route each for the same prefix", () => {
  const change = (rack: Rack) => {
    for (const slot of [5, 6]) rack.cards.push({ slot, kind: "call-server", group: 2 });
    rack.trunkGroups[2].group = 2;
    rack.routes[1].trunkGroups = ["east"];
    rack.routes.push({ ...rack.routes[1], trunkGroups: ["east-more"] });
  };
  expect(faultsOf(change)).toEqual([]);
});

test("a name stands for one user of the console", () => {
  const password = `scrypt$16384$8$1$${"A".repeat(22)}==$${"A".repeat(43)}=`;
  const user = { name: "root", role: "administrator", password };
  const configuration = rackSchema.parse({
    ...exampleRack(),
    console: { users: [user, { ...user, role: "operator" }] },
  });
  expect(checkConfiguration(configuration)).toEqual([
    { path: ["console", "users", 1, "name"], text: "is the same as that of console.users[0]; each may occur once" },
  ]);
});

test.each([
  ["a password in plain text", "secret"],
  ["another scheme", "bcrypt$10$abcdefghijklmnopqrstuv$abcdefghijklmnopqrstuvwxyz"],
  ["no salt", "scrypt$16384$8$1$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
])("%s is no password of a user", (_, password) => {
  const users = [{ name: "root", password }];
  const parsed = rackSchema.safeParse({ ...exampleRack(), console: { users } });
  expect(parsed.error?.issues.map(({ path }) => path.join("."))).toEqual(["console.users.0.password"]);
});

const faults: readonly [name: string, change: (rack: Rack) => void, fault: string][] = [
  [
    "two cards in one slot",
    (rack) => rack.cards.push({ slot: 4, kind: "lim" }),
    "cards.4.slot: is the same as that of cards[3]; each may occur once",
  ],
  [
    "two exchanges of one name",
    (rack) => {
      rack.exchanges.push({
        ...rack.exchanges[0],
        pointCode: 9,
        associations: [{ ...rack.exchanges[0].associations[0], port: 9 }],
      });
    },
    "exchanges.2.name: is the same as that of exchanges[0]; each may occur once",
  ],
  [
    "two exchanges of one point code, written in two ways",
    (rack) => {
      rack.exchanges[1].pointCode = 2058;
    },
    "exchanges.1.pointCode: is the same as that of exchanges[0]; each may occur once",
  ],
  [
    "two gateways of one name",
    (rack) => rack.gateways.push(rack.gateways[0]),
    "gateways.1.name: is the same as that of gateways[0]; each may occur once",
  ],
  [
    "two trunk groups of one name",
    (rack) => rack.trunkGroups.push({ ...rack.trunkGroups[0], firstCic: 50, lastCic: 60 }),
    "trunkGroups.3.name: is the same as that of trunkGroups[0]; each may occur once",
  ],
  [
    "two routes for one prefix",
    (rack) => rack.routes.push(rack.routes[0]),
    "routes.2.prefix: is the same as that of routes[0] of call-server group 1; each may occur once in a group",
  ],
  [
    "one call server",
    (rack) => {
      rack.cards[2] = { slot: 3, kind: "transporter" };
    },
    "cards: found 1 card of kind call-server in group 1; a group has two, primary and backup",
  ],
  [
    "three call servers",
    (rack) => rack.cards.push({ slot: 5, kind: "call-server", group: 1 }),
    "cards: found 3 cards of kind call-server in group 1; a group has two, primary and backup",
  ],
  [
    "a route to trunk groups of two call-server groups",
    (rack) => {
      for (const slot of [5, 6]) rack.cards.push({ slot, kind: "call-server", group: 2 });
      rack.trunkGroups[2].group = 2;
    },
    "routes.1.trunkGroups.1: found east-more of call-server group 2, and east is of group 1; a call goes out on circuits of the group that it came in on: a route for each",
  ],
  [
    "an adjacent exchange with the node's point code",
    (rack) => {
      rack.exchanges[0].pointCode = 2057;
    },
    "exchanges.0.pointCode: is the node's own; an adjacent exchange has another",
  ],
  [
    "two exchanges for which one LIM would listen in one place",
    (rack) => {
      rack.exchanges[1].associations[0].port = 2905;
    },
    "exchanges.1.associations.0.port: found 2905, on which the LIM in slot 1 listens for exchange west already; each has its own",
  ],
  [
    "a LIM that is a call server",
    (rack) => {
      rack.exchanges[1].associations[0].lim = 2;
    },
    "exchanges.1.associations.0.lim: found 2; allowed: the slot of a card of kind lim: 1",
  ],
  [
    "two associations with one LIM",
    (rack) => {
      rack.exchanges[0].associations.push({ ...rack.exchanges[0].associations[0], port: 2999 });
    },
    "exchanges.0.associations.1.lim: found 1, which has an association with this exchange already; a LIM has one",
  ],
  [
    "one transporter twice",
    (rack) => {
      rack.gateways[0].callAgents.push({ ...rack.gateways[0].callAgents[0] });
    },
    "gateways.0.callAgents.1.transporter: found 4, which controls this gateway already; each is named once",
  ],
  [
    "a transporter that is not there",
    (rack) => {
      rack.gateways[0].callAgents[0].transporter = 60;
    },
    "gateways.0.callAgents.0.transporter: found 60; allowed: the slot of a card of kind transporter: 4",
  ],
  [
    "an exchange that nobody defines",
    (rack) => {
      rack.trunkGroups[0].exchange = "north";
    },
    "trunkGroups.0.exchange: found north; allowed: the name of an exchange: west, east",
  ],
  [
    "a gateway that nobody defines",
    (rack) => {
      rack.trunkGroups[1].gateway = "gw2";
    },
    "trunkGroups.1.gateway: found gw2; allowed: the name of a gateway: gw1",
  ],
  [
    "a group without call servers",
    (rack) => {
      rack.trunkGroups[1].group = 2;
      rack.routes[1].trunkGroups = ["east"];
    },
    "trunkGroups.1.group: found 2; allowed: the group of cards of kind call-server: 1",
  ],
  [
    "a trunk group that nobody defines",
    (rack) => rack.routes[1].trunkGroups.push("north"),
    "routes.1.trunkGroups.2: found north; allowed: the name of a trunk group: west, east, east-more",
  ],
  [
    "a last CIC below the first",
    (rack) => {
      rack.trunkGroups[0].firstCic = 32;
    },
    "trunkGroups.0.lastCic: found 31; allowed: firstCic (32) or higher",
  ],
  [
    "ports beyond the last",
    (rack) => {
      rack.trunkGroups[0].media.exchangePort = 65_506;
    },
    "trunkGroups.0.media.exchangePort: found 65506, from which 31 circuits reach port 65536; the highest is 65535",
  ],
];

test.each(faults)("%s", (_name, change, fault) => {
  expect(faultsOf(change)).toEqual([fault]);
});

describe("no card of a kind that a rack needs", () => {
  test.each(["lim", "transporter"])("%s", (kind) => {
    const change = ({ cards }: Rack) => {
      for (const card of cards) if (card.kind === kind) card.kind = kind === "lim" ? "transporter" : "lim";
    };
    expect(faultsOf(change)[0]).toBe(`cards: found no card of kind ${kind}; there must be at least one`);
  });

  test("call-server", () => {
    const change = (rack: Rack) => {
      rack.cards = rack.cards.map(({ slot, kind }) => ({ slot, kind: kind === "call-server" ? "lim" : kind }));
    };
    expect(faultsOf(change)[0]).toBe("cards: found no card of kind call-server; there must be at least two");
  });
});

describe("CICs of two trunk groups towards one exchange", () => {
  test.each([
    [100, 100, true],
    [90, 100, true],
    [100, 110, true],
    [90, 110, true],
    [90, 99, false],
    [101, 110, false],
  ])("%i to %i beside 100 to 100: overlap %s", (firstCic, lastCic, overlap) => {
    const found = faultsOf((rack) => Object.assign(rack.trunkGroups[1], { firstCic, lastCic }));
    const text = `found CICs 100 to 100, which overlap ${firstCic} to ${lastCic} of trunk group east; a CIC is in one group`;
    expect(found).toEqual(overlap ? [`trunkGroups.2.firstCic: ${text}`] : []);
  });

  test("may be the same towards another exchange", () => {
    expect(faultsOf((rack) => Object.assign(rack.trunkGroups[1], { firstCic: 1, lastCic: 31 }))).toEqual([]);
  });
});

test("what a LIM does not listen on itself may be the same for two exchanges", () => {
  const change = (rack: Rack) => {
    for (const { associations } of rack.exchanges) Object.assign(associations[0], { role: "asp", port: 2905 });
  };
  expect(faultsOf(change)).toEqual([]);
});

test("the last circuit may have the last port", () => {
  expect(faultsOf((rack) => Object.assign(rack.trunkGroups[0].media, { gatewayPort: 65_505 }))).toEqual([]);
});
