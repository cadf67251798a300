/** The smallest rack, as a file would say it: what tests change one thing of. */
export function exampleRack() {
  const address = "127.0.0.1";
  return {
    pointCode: "1-1-1",
    cards: [
      { slot: 1, kind: "lim" },
      { slot: 2, kind: "call-server", group: 1 },
      { slot: 3, kind: "call-server", group: 1 },
      { slot: 4, kind: "transporter" },
    ],
    exchanges: [
      { name: "west", pointCode: "1-1-2" as string | number, associations: [{ lim: 1, address, port: 2905 }] },
      { name: "east", pointCode: "1-1-3" as string | number, associations: [{ lim: 1, address, port: 2906 }] },
    ],
    gateways: [{ name: "gw1", address, callAgents: [{ transporter: 4, address }] }],
    trunkGroups: [
      trunkGroup("west", "west", 1, 31, 20_000),
      trunkGroup("east", "east", 1, 10, 22_000),
      trunkGroup("east-more", "east", 100, 100, 24_000),
    ],
    routes: [
      { prefix: "1", trunkGroups: ["west"] },
      { prefix: "2", trunkGroups: ["east", "east-more"] },
    ],
  };
}

function trunkGroup(name: string, exchange: string, firstCic: number, lastCic: number, port: number) {
  const media = { address: "127.0.0.1", gatewayPort: port, exchangePort: port + 1000 };
  return { name, exchange, group: 1, firstCic, lastCic, gateway: "gw1", media };
}
