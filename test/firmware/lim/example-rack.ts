/** A rack of two exchanges and two gateways for the tests of the LIM and the transporter. */
import { type RackConfiguration, rackSchema } from "../../../firmware/configuration/rack-schema.ts";

export const slots = { lim: 1, otherLim: 2, callServer: 3, otherCallServer: 4, transporter: 5, otherTransporter: 6 };

/** Circuits 0-30 west/1 to 31, 31-61 east/1 to 31, 62-65 osmo-west/101 to 104, 66-69 osmo-east/101 to 104. */
export function exampleRack(changes: Readonly<Record<string, unknown>> = {}): RackConfiguration {
  const callAgents = [slots.transporter, slots.otherTransporter].map((transporter) => ({
    transporter,
    address: "127.0.0.1",
  }));
  return rackSchema.parse({
    pointCode: "2-17-5",
    cards: [
      { slot: slots.lim, kind: "lim" },
      { slot: slots.otherLim, kind: "lim" },
      { slot: slots.callServer, kind: "call-server" },
      { slot: slots.otherCallServer, kind: "call-server" },
      { slot: slots.transporter, kind: "transporter" },
      { slot: slots.otherTransporter, kind: "transporter" },
    ],
    exchanges: [
      {
        name: "west",
        pointCode: 100,
        associations: [{ role: "ipsp-server", lim: slots.lim, address: "127.0.0.1", port: 2905 }],
      },
      {
        name: "east",
        pointCode: 200,
        associations: [{ role: "asp", lim: slots.lim, address: "127.0.0.1", port: 2906, routingContext: 7 }],
      },
      {
        name: "north",
        pointCode: 300,
        associations: [{ role: "ipsp-client", lim: slots.otherLim, address: "127.0.0.1", port: 2907 }],
      },
    ],
    gateways: [
      { name: "mgw", address: "127.0.0.2", callAgents },
      {
        name: "osmo",
        profile: "osmo-mgw",
        domain: "mgw",
        address: "127.0.0.3",
        callAgents,
      },
    ],
    trunkGroups: [
      trunkGroup("west", "west", "mgw", 1, 31, 1, 20_000),
      trunkGroup("east", "east", "mgw", 1, 31, 2, 22_000),
      trunkGroup("osmo-west", "west", "osmo", 101, 104, 1, 24_000),
      trunkGroup("osmo-east", "east", "osmo", 101, 104, 1, 26_000),
    ],
    routes: [{ prefix: "", trunkGroups: ["east"] }],
    ...changes,
  });
}

function trunkGroup(
  name: string,
  exchange: string,
  gateway: string,
  firstCic: number,
  lastCic: number,
  group: number,
  port: number,
) {
  const media = { address: "127.0.0.1", gatewayPort: port, exchangePort: port + 1000 };
  return { name, exchange, gateway, firstCic, lastCic, group, media };
}
